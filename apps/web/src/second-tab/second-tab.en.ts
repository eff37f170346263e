export const secondTabEnglish = {
  title: 'Open in another tab',
  lead: 'Oracle Calls is open in another tab of this browser. Your keys can be used by one tab at a time.',
  useHere: 'Use it here',
  asking: 'Asking the other tab…',
  'in-call': 'The other tab is in a call. To use it here, that call has to end.',
  endCall: 'End that call and use it here',
  'no-answer': 'The other tab does not answer. Close it and try again.',
  nothing: 'Or close this tab and go on in the other one.',
} as const;

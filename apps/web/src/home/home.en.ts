export const homeEnglish = {
  title: 'Call an oracle',
  call: 'Call',
  videoCall: 'Video call',
  choose: 'Choose another oracle',
  preparing: 'Getting ready…',
  ready: 'Ready to call.',
  failed: 'Cannot call yet.',
  inCall: 'You are in a call.',
  resume: 'Reloading the page interrupted your call. Call again to continue it.',
} as const;

export const summaryEnglish = {
  title: 'How the call went',
  with: 'With {{name}}',
  lasted: 'It lasted {{duration}}.',
  neverLive: 'It was never connected.',
  again: 'Call again',
  close: 'Done',
  security: {
    title: 'Security',
    compared: 'Encrypted end to end, and you had compared the code.',
    encrypted: 'Encrypted end to end. The code was not compared: next time, compare it to be sure who answers.',
    none: 'No sealed sound had flowed both ways when it ended.',
    notLive: 'The call was not connected, so nothing was said.',
  },
  said: {
    title: 'What was said',
    nothing: 'Nothing was said.',
    kept: 'Kept in your encrypted room with the oracle. Your devices can read it; the homeserver cannot.',
    keeping: 'Being kept in your encrypted room with the oracle…',
    lost: 'It could not be kept completely. What is shown here is gone when you leave this page.',
    off: 'Kept nowhere: it is gone when you leave this page.',
    open: 'Open in the history',
  },
} as const;

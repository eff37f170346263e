/** What to do about failures whose own sentence leaves that open, and what the buttons beside them say. */
export const adviceEnglish = {
  ERR_MATRIX_MEMBERS:
    'Open this room in a Matrix app such as Element and remove whoever is not the oracle. Or leave the room there: your next call makes a new one.',
  ERR_MATRIX_CROSS_SIGNING:
    'If signing out and in again does not help, the oracle’s account is the one that is not confirmed: tell its operator.',
  ERR_UPSTREAM_HOMESERVER: 'Calls, past calls and messages all go through it. Nothing is lost meanwhile.',
  ERR_ENVELOPE_UNSUPPORTED: 'Tell the oracle’s operator: its DID document lacks a key for calls.',
  actions: {
    wait: 'Wait, and call when it answers',
    choose: 'Choose another oracle',
    reload: 'Reload the page',
  },
} as const;

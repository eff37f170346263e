/** Words of the whole page. */
export const appEnglish = {
  name: 'Oracle Calls',
  pageTitle: '{{screen}} · Oracle Calls',
  loading: 'Loading…',
  cannotLoad: 'This page could not be loaded. Check your connection and reload it.',
  signOut: 'Sign out',
  signedInAs: 'Signed in as',
  tryAgain: 'Try again',
  sessionOver:
    'Your homeserver has ended your sign-in. The call goes on as far as it can; sign in again when it is over.',
  offline: 'You seem to be offline. This page needs a connection to start.',
  noNetwork: 'Your device has no network. Calls need one.',
  ways: 'Pages',
  places: {
    home: 'Oracles',
    history: 'History',
    settings: 'Settings',
  },
  callStrip: 'Your call',
  callGoesOn: 'A call is in progress.',
  callEnded: 'The call has ended.',
  returnToCall: 'Return to the call',
  showSummary: 'Show how it went',
  dismiss: 'Dismiss',
} as const;

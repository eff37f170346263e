/** Words of the whole page. */
export const appEnglish = {
  name: 'Oracle Calls',
  loading: 'Loading…',
  cannotLoad: 'This page could not be loaded. Check your connection and reload it.',
  signOut: 'Sign out',
  tryAgain: 'Try again',
  sessionOver:
    'Your homeserver has ended your sign-in. The call goes on as far as it can; sign in again when it is over.',
  offline: 'You seem to be offline. This page needs a connection to start.',
} as const;

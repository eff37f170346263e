/** Words of the whole page. */
export const appEnglish = {
  name: 'Oracle Calls',
  loading: 'Loading…',
  cannotLoad: 'This page could not be loaded. Check your connection and reload it.',
  signOut: 'Sign out',
  tryAgain: 'Try again',
} as const;

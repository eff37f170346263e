export const signInEnglish = {
  title: 'Call an oracle',
  lead: 'Sign in with your Matrix account. Your voice is encrypted in this browser, for the oracle alone.',
  userId: 'Matrix ID',
  password: 'Password',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  asking: 'Asking your homeserver…',
  or: 'or',
  with: 'Continue with {{name}}',
  single: 'Continue at your homeserver',
  nothing: 'This homeserver offers no way to sign in that this page knows.',
  homeserver: 'Homeserver:',
  another: 'Use another',
  choice: {
    label: 'Homeserver',
    hint: 'The part of your Matrix ID after the colon.',
    use: 'Use it',
    looking: 'Looking…',
    back: 'Back',
  },
  again: {
    title: 'Sign in again',
    lead: 'Your keys are still in this browser, for',
    forget: 'Forget this account here',
  },
  notices: {
    'session-over': 'Your homeserver has ended your sign-in.',
    'device-listed':
      'You are signed out here and nothing is left in this browser. Your homeserver could not be told: it still lists this device. Sign it out from another one.',
  },
  errors: {
    refused: 'The homeserver did not accept this Matrix ID and password.',
    'too-often': 'Too many attempts. Wait a moment and try again.',
    unreachable: 'The homeserver does not answer. Check your connection and try again.',
    'no-homeserver': 'No homeserver was found there. Check the name.',
    'not-asked-for': 'Somebody tried to sign you in by a link. It was refused: sign in here yourself.',
    'sso-failed': 'The sign-in took too long or was used already. Please sign in again.',
    'other-account':
      'That is another account than the one whose keys are here. Sign in as the same one, or forget it first.',
  },
} as const;

export const signInEnglish = {
  title: 'Call an oracle',
  lead: 'Sign in with your Matrix account. Your voice is encrypted in this browser, for the oracle alone.',
  userId: 'Matrix ID',
  password: 'Password',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  homeserver: 'Your homeserver: {{host}}',
  errors: {
    refused: 'The homeserver did not accept this Matrix ID and password.',
    'too-often': 'Too many attempts. Wait a moment and try again.',
    unreachable: 'The homeserver does not answer. Check your connection and try again.',
  },
} as const;

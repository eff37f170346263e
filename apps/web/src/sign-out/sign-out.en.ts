export const signOutEnglish = {
  title: 'Signing out',
  saving: 'Saving the keys of your transcripts…',
  leaving: 'Signing this device out and clearing this browser…',
  unsaved:
    'Some keys are in this browser only and could not be saved with your recovery key. If you sign out now, some transcripts cannot be read again.',
  stay: 'Stay signed in',
  anyway: 'Sign out anyway',
} as const;

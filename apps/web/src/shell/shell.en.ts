export const shellEnglish = {
  label: 'New version',
  ready: 'A new version of this page is ready.',
  needed: 'A part of this page is missing. Reload it to go on.',
  reload: 'Reload',
} as const;

export const shellEnglish = {
  label: 'New version',
  ready: 'A new version of this page is ready.',
  needed: 'This page was renewed while it was open. Reload it to go on.',
  reload: 'Reload',
} as const;

export const homeEnglish = {
  title: 'Call an oracle',
  oracleDid: 'Oracle’s DID',
  call: 'Call',
  videoCall: 'Video call',
  preparing: 'Getting ready…',
  ready: 'Ready to call.',
  failed: 'Cannot call yet.',
  resume: 'Reloading the page interrupted your call. Call again to continue it.',
} as const;

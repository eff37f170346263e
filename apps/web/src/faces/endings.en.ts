import type { EndReason } from '@oracle-calls/protocol';

/** How a call ended, by its reason. */
export const endingsEnglish = {
  hangup: 'Call ended.',
  completed: 'The oracle ended the call.',
  replaced: 'This call was replaced by another one of yours.',
  cancelled: 'Call cancelled.',
  'connection-lost': 'The connection was lost.',
  'media-failed': 'The call could not be connected.',
  'oracle-absent': 'The oracle did not pick up.',
  'invalid-authentication': 'The oracle could not open the key of this call.',
  'agent-failed': 'The oracle had a fault and left.',
  expired: 'The call had been open for too long.',
} as const satisfies Record<EndReason, string>;

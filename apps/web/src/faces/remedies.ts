import type { EndReason, ErrorCode } from '@oracle-calls/protocol';

/**
 * What a person can do about a failure, beside reading what it says.
 * `wait`: the oracle's side may be back shortly; wait and call when it is. `decide`: a notice of its own asks them.
 */
export type Remedy = 'wait' | 'again' | 'choose' | 'sign-out' | 'reload' | 'decide' | 'none';

const REMEDIES: Partial<Record<ErrorCode | EndReason, Remedy>> = {
  ERR_UPSTREAM_BACKEND: 'wait',
  ERR_UPSTREAM_DRAINING: 'wait',
  ERR_UPSTREAM_BUSY: 'wait',
  ERR_UPSTREAM_SFU: 'wait',
  ERR_UPSTREAM_SPEECH: 'wait',
  ERR_UPSTREAM_TIMEOUT: 'wait',
  ERR_MEDIA_ORACLE_ABSENT: 'wait',
  'oracle-absent': 'wait',
  'agent-failed': 'wait',
  ERR_DID_MALFORMED: 'choose',
  ERR_DID_UNSUPPORTED: 'choose',
  ERR_DID_DOCUMENT: 'choose',
  ERR_DID_UNPUBLISHED: 'choose',
  ERR_DID_ACCOUNT: 'choose',
  ERR_ENVELOPE_UNSUPPORTED: 'choose',
  ERR_AUTH_HOMESERVER: 'choose',
  ERR_AUTH_FORBIDDEN: 'choose',
  ERR_MATRIX_CROSS_SIGNING: 'sign-out',
  ERR_AUTH_MISSING: 'sign-out',
  ERR_AUTH_INVALID: 'sign-out',
  ERR_AUTH_EXPIRED: 'sign-out',
  ERR_ENVELOPE_SIGNATURE: 'sign-out',
  ERR_PROTOCOL_MALFORMED: 'reload',
  ERR_PROTOCOL_UNKNOWN_VERSION: 'reload',
  ERR_KEY_STORE_AWAY: 'reload',
  ERR_KEY_CHANGED: 'decide',
  ERR_KEY_ROTATION: 'decide',
  ERR_MATRIX_IDENTITY_CHANGED: 'decide',
  ERR_MEDIA_UNSUPPORTED: 'none',
  ERR_CALL_IN_PROGRESS: 'none',
  hangup: 'none',
  completed: 'none',
  cancelled: 'none',
  replaced: 'none',
  expired: 'none',
};

/** What can be done about the error of a call, or the reason with which it ended. */
export const remedyOf = (failure: ErrorCode | EndReason): Remedy => REMEDIES[failure] ?? 'again';

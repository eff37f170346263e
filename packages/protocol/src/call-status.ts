/**
 * The life of a call, as data:
 *
 *   pending ──► active ──► ended
 *      └───────────────────►┘
 */
export const CALL_STATUSES = ['pending', 'active', 'ended'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export const CALL_TRANSITIONS: Readonly<Record<CallStatus, readonly CallStatus[]>> = {
  pending: ['active', 'ended'],
  active: ['ended'],
  ended: [],
};

/** Whether a call may go from one status to another. Staying is not a move: callers treat it as "nothing to do". */
export function canMove(from: CallStatus, to: CallStatus): boolean {
  return CALL_TRANSITIONS[from].includes(to);
}

/**
 * Why a call ended. The first three are ordinary; the rest tell the user that something failed.
 * - `hangup`: the user ended it. `completed`: the oracle ended it. `replaced`: the same user placed a new call after a reload.
 * - `connection-lost`: a participant vanished and did not come back in time.
 * - `media-failed`: the caller could not connect to the SFU. `oracle-absent`: the oracle never joined.
 * - `invalid-authentication`: the agent could not open the sealed key. `agent-failed`: the agent broke.
 * - `cancelled`: the caller gave up before the call was live. `expired`: nobody ever ended it.
 */
export const END_REASONS = [
  'hangup',
  'completed',
  'replaced',
  'cancelled',
  'connection-lost',
  'media-failed',
  'oracle-absent',
  'invalid-authentication',
  'agent-failed',
  'expired',
] as const;
export type EndReason = (typeof END_REASONS)[number];

export const CALL_TYPES = ['audio', 'video'] as const;
export type CallType = (typeof CALL_TYPES)[number];

import type { CallId, EndReason, OracleCallError } from '@oracle-calls/protocol';

/** What a call still waits for before it is live. */
export type Milestone = 'event' | 'sfu' | 'oracle';
export const MILESTONES = ['event', 'sfu', 'oracle'] as const satisfies readonly Milestone[];

/** Not started. */
export interface IdleState {
  readonly kind: 'Idle';
}

/** The oracle's DID is being resolved; nothing has left this machine about the call. */
export interface PreparingState {
  readonly kind: 'Preparing';
}

/** The Matrix event, the join token, the SFU and the microphone are under way at once. */
export interface ConnectingState {
  readonly kind: 'Connecting';
  /** Known once Matrix has taken the call event. */
  readonly callId: CallId | undefined;
  readonly awaiting: readonly Milestone[];
}

/** Both sides are in the SFU room and the oracle's encrypted audio is attached. */
export interface LiveState {
  readonly kind: 'Live';
  readonly callId: CallId;
}

/** The SFU is being left and Matrix is being told. */
export interface EndingState {
  readonly kind: 'Ending';
  readonly callId: CallId | undefined;
  readonly reason: EndReason;
  readonly error: OracleCallError | undefined;
}

/** Nothing of the call is open any more. */
export interface EndedState {
  readonly kind: 'Ended';
  readonly callId: CallId | undefined;
  readonly reason: EndReason;
  /** Why it failed; absent for ordinary endings. */
  readonly error: OracleCallError | undefined;
}

/** A call's state: each kind has only the fields that mean something in it. */
export type CallState = IdleState | PreparingState | ConnectingState | LiveState | EndingState | EndedState;
export type CallStateKind = CallState['kind'];

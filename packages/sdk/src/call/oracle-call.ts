import type { CallId, CallType, EndReason, TimelineMs } from '@oracle-calls/protocol';
import type { TrackStatistics } from '../media/sfu-port.ts';
import type { CallNotice, CallNoticeKind, CallNoticeOf } from './notices.ts';
import type { CallState, EndedState } from './call-state.ts';

/** What to call, and how. */
export interface CallOptions {
  readonly type: CallType;
  readonly oracleDid: string;
  /** The oracle's chat session that the call belongs to; a fresh one when absent. */
  readonly sessionId?: string | undefined;
  /** A wish: the voice the oracle is to speak with. */
  readonly agentVoice?: string | undefined;
  /** A wish: BCP 47 tag of the language to speak. */
  readonly language?: string | undefined;
}

export interface CallStatistics {
  /** True when media flows both ways and this client's own frame cryptors sit on every track. */
  readonly encrypted: boolean;
  readonly tracks: readonly TrackStatistics[];
}

/** One call to an oracle. */
export interface OracleCall extends AsyncDisposable {
  readonly type: CallType;
  readonly sessionId: string;
  readonly state: CallState;
  /** `eventId@roomId`; known once Matrix has taken the call event. */
  readonly callId: CallId | undefined;
  /** Milliseconds since the click, for the stages that have happened. */
  readonly timeline: TimelineMs;
  readonly isMicrophoneEnabled: boolean;
  /** Hears every notice from now on. Dispose to stop. */
  observe(listener: (notice: CallNotice) => void): Disposable;
  /** Hears the notices of one kind from now on. Dispose to stop. */
  on<K extends CallNoticeKind>(kind: K, listener: (notice: CallNoticeOf<K>) => void): Disposable;
  /**
   * Resolves once both sides are connected and encrypted.
   *
   * @throws {OracleCallError} the call's error when it failed, `ERR_CALL_ENDED` when it ended otherwise; an abort's reason.
   */
  whenLive(): Promise<void>;
  /** Resolves when nothing of the call is open any more. Never rejects: the state says what happened. */
  whenEnded(): Promise<EndedState>;
  statistics(): Promise<CallStatistics>;
  /** Mutes or unmutes, also before the call is connected. */
  setMicrophoneEnabled(isEnabled: boolean): Promise<void>;
  /** Hangs up: `hangup`, or `cancelled` before the call was live, unless a reason is given. Idempotent. */
  endCall(reason?: EndReason): Promise<EndedState>;
}

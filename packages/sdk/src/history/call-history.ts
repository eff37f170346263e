import type { CallId, CallStatus, CallType, Did, EndReason } from '@oracle-calls/protocol';

/** A call as the oracle's backend remembers it for its caller. Instants are epoch milliseconds. */
export interface PastCall {
  readonly callId: CallId;
  readonly oracleDid: Did;
  readonly type: CallType;
  readonly status: CallStatus;
  readonly sessionId: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly endReason: EndReason | undefined;
}

export interface CallsPage {
  /** Newest first. */
  readonly calls: readonly PastCall[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly nextCursor: string | undefined;
}

export interface HistoryQuery {
  readonly oracleDid: string;
  /** Words to look for. */
  readonly search?: string | undefined;
  readonly cursor?: string | undefined;
  /** Calls per page. */
  readonly limit?: number | undefined;
}

/** One thing that was said or written. */
export interface TranscriptLine {
  readonly speaker: 'user' | 'oracle';
  readonly how: 'spoken' | 'written';
  readonly text: string;
  /** Epoch milliseconds by the caller's clock. */
  readonly at: number;
}

/** What was said in a call, as the caller's devices keep it in the Matrix room, encrypted. */
export interface Transcript {
  readonly callId: CallId;
  /** False when parts are missing: the call ended badly, is still going on, or the homeserver withholds some. */
  readonly isComplete: boolean;
  /** Oldest first. */
  readonly lines: readonly TranscriptLine[];
}

/** Which call; a {@link PastCall} will do. */
export interface CallOfOracle {
  readonly oracleDid: string;
  readonly callId: CallId;
}

/** Calls of the past with one account. Every method throws `OracleCallError`; aborts rethrow `signal.reason`. */
export interface CallHistory {
  list(query: HistoryQuery, cancel?: { readonly signal?: AbortSignal | undefined }): Promise<CallsPage>;
  /**
   * What was said; `undefined` when nothing was kept, or it cannot be read on this device. Only what this account sealed itself, for this call.
   */
  transcript(
    call: CallOfOracle,
    cancel?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Transcript | undefined>;
  /** Deletes the call at the oracle's backend, and from the room what this account wrote of it. @throws `ERR_CALL_LIVE` while it is in progress */
  delete(call: CallOfOracle, cancel?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

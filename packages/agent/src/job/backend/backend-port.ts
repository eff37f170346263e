import type { CallId, EndReason, SfuRoomName } from '@oracle-calls/protocol';
import type { ClaimRequest, ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a job asks of the oracle's backend. Every method throws `OracleCallError`; aborts rethrow `signal.reason`. */
export interface BackendPort {
  /** Trades the dispatch ticket for the call. */
  claim(ticket: string, sfuRoomName: SfuRoomName, options?: RequestOptions): Promise<ClaimResponse>;
  fetchKey(callId: CallId, options?: RequestOptions): Promise<KeyResponse>;
  endCall(callId: CallId, endReason: EndReason, options?: RequestOptions): Promise<void>;
  /** Keeps a sealed memory of the call's session. @throws {OracleCallError} `ERR_MEMORY_ERASED` when the user has erased it since `erasedAt` */
  keepMemory(callId: CallId, record: Uint8Array, erasedAt: number, options?: RequestOptions): Promise<void>;
  /** Erases what is kept of the call's session, because its user said so. */
  eraseMemory(callId: CallId, options?: RequestOptions): Promise<void>;
}

/** What a worker asks of the oracle's backend. Throws as {@link BackendPort} does. */
export interface StandbyPort {
  /** The next call, or `undefined` when none came for some seconds. `load` from 0 to 1. */
  standby(load: number, options?: RequestOptions): Promise<ClaimRequest | undefined>;
}

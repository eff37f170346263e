import type { Did } from '@oracle-calls/protocol';

/** A session of which an oracle remembers something. */
export interface RememberedSession {
  readonly oracleDid: Did;
  readonly sessionId: string;
  /** When something was last kept of it, epoch milliseconds. */
  readonly keptAt: number;
}

/** Which memory: of one session, or of all sessions with the oracle. */
export interface MemoryQuery {
  readonly oracleDid: string;
  readonly sessionId?: string | undefined;
}

/**
 * What oracles remember of this account from call to call. They keep it sealed to their own keys: here it can be seen that there is something, and be
 * erased. Every method throws `OracleCallError`; aborts rethrow `signal.reason`.
 */
export interface OracleMemory {
  /** Latest first. */
  list(
    query: MemoryQuery,
    cancel?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly RememberedSession[]>;
  /**
   * Has it forgotten, for good: the record is deleted at the oracle's backend, and a call in progress of the session keeps nothing. Returns of how many sessions
   * something was kept.
   */
  forget(query: MemoryQuery, cancel?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
}

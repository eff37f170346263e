import type { MemoryQuery, OracleMemory, RememberedSession } from '@oracle-calls/sdk';

/** What oracles remember, as the test writes it down. */
export class ScriptedMemory implements OracleMemory {
  /** Latest first. */
  sessions: RememberedSession[] = [];
  readonly forgotten: MemoryQuery[] = [];
  #refusal: Error | undefined;

  /** Refuses what is asked from now on; without an error it answers again. */
  refuse(error?: Error): void {
    this.#refusal = error;
  }

  async list(query: MemoryQuery): Promise<readonly RememberedSession[]> {
    if (this.#refusal !== undefined) throw this.#refusal;
    return this.sessions.filter((session) => isMeant(session, query));
  }

  async forget(query: MemoryQuery): Promise<number> {
    if (this.#refusal !== undefined) throw this.#refusal;
    this.forgotten.push(query);
    const before = this.sessions.length;
    this.sessions = this.sessions.filter((session) => !isMeant(session, query));
    return before - this.sessions.length;
  }
}

const isMeant = (session: RememberedSession, { oracleDid, sessionId = session.sessionId }: MemoryQuery): boolean =>
  session.oracleDid === oracleDid && session.sessionId === sessionId;

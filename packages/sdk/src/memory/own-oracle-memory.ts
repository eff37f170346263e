import { didSchema, parseWith, sessionIdSchema, type Did } from '@oracle-calls/protocol';
import { erasedResponseSchema, memoriesResponseSchema, ROUTES } from '@oracle-calls/protocol/http';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { ResolvedOracle } from '../oracle/oracle-directory.ts';
import type { MemoryQuery, OracleMemory } from './oracle-memory.ts';

export interface OracleMemoryDeps {
  readonly findOracle: (did: Did, signal: AbortSignal) => Promise<ResolvedOracle>;
  /** @throws {OracleCallError} `ERR_DID_DOCUMENT` */
  readonly backendAt: (backendUrl: string) => BackendClient;
  /** Tells the agent of a call in progress of this memory, under the call's keys. */
  readonly tellAgent: (oracleDid: Did, sessionId: string | undefined) => Promise<void>;
  /** Aborts when the calls are closed. */
  readonly closing: AbortSignal;
}

/** The memory of one account, at the oracles' backends. */
export function createOracleMemory({ findOracle, backendAt, tellAgent, closing }: OracleMemoryDeps): OracleMemory {
  const ask = async (method: 'GET' | 'DELETE', query: MemoryQuery, cancel: AbortSignal | undefined) => {
    const signal = cancel === undefined ? closing : AbortSignal.any([cancel, closing]);
    const oracleDid = parseWith(didSchema, query.oracleDid);
    const parameters = new URLSearchParams({ oracleDid });
    if (query.sessionId !== undefined) parameters.set('sessionId', parseWith(sessionIdSchema, query.sessionId));
    // First, so that a backend that does not answer keeps nobody from being heard.
    if (method === 'DELETE') await tellAgent(oracleDid, query.sessionId);
    const { backendUrl } = await findOracle(oracleDid, signal);
    const path = `${ROUTES.memories}?${parameters.toString()}`;
    return { oracleDid, answer: await backendAt(backendUrl).ask(method, path, { signal }) };
  };
  return {
    async list(query, { signal } = {}) {
      const { oracleDid, answer } = await ask('GET', query, signal);
      return parseWith(memoriesResponseSchema, answer).memories.map(({ sessionId, keptAt }) => ({
        oracleDid,
        sessionId,
        keptAt: Date.parse(keptAt),
      }));
    },
    forget: async (query, { signal } = {}) =>
      parseWith(erasedResponseSchema, (await ask('DELETE', query, signal)).answer).erased,
  };
}

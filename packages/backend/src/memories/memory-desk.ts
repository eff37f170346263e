import { codeOf, OracleCallError, type CallId, type Clock, type Logger } from '@oracle-calls/protocol';
import type {
  ErasedResponse,
  KeepMemoryRequest,
  KeptMemory,
  MemoriesQuery,
  MemoriesResponse,
} from '@oracle-calls/protocol/http';
import type { AgentRequest } from '../agent-desk/agent-desk.ts';
import type { UserPrincipal } from '../auth/principal.ts';
import type { Call } from '../calls/call.ts';
import type { AuditAction, AuditEntry } from '../store/audit-store.ts';
import { MEMORY_GRACE_MS } from '../store/memory-store.ts';
import type { MemoryErasure } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import type { BackendMetrics } from '../telemetry/backend-metrics.ts';

export interface MemoryDeskDeps {
  readonly store: Store;
  readonly metrics: BackendMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A user's request: whose it is and where it came from. */
export interface UserRequest {
  readonly user: UserPrincipal;
  readonly address: string;
}

/** What oracles remember of their users: kept for their agents, who alone can read it, and erased for the users. */
export class MemoryDesk {
  readonly #deps: MemoryDeskDeps;

  constructor(deps: MemoryDeskDeps) {
    this.#deps = deps;
  }

  /** What is kept for a call that is claimed; written down before it is given. */
  async release({ agent, address }: AgentRequest, call: Call): Promise<KeptMemory | undefined> {
    const { store, metrics } = this.#deps;
    const kept = await store.memories.find(call);
    if (kept?.record === undefined) return kept;
    const { oracleDid, keyId } = agent;
    await this.#note('memory-release', { oracleDid, keyId, callId: call.callId, address });
    metrics.add('oracle_calls_memories_total', { what: 'released' });
    return kept;
  }

  /**
   * An agent keeps what its oracle remembers of a call's session.
   *
   * @throws {OracleCallError} `ERR_MEMORY_ERASED` when the user has erased it meanwhile; `ERR_CALL_NOT_FOUND`, `ERR_CALL_ENDED`, `ERR_AUTH_FORBIDDEN`,
   *   `ERR_AUTH_INVALID_AUTHENTICATION`
   */
  async keep(request: AgentRequest, callId: CallId, memory: KeepMemoryRequest): Promise<void> {
    const { agent, address } = request;
    const { store, metrics, clock } = this.#deps;
    const entry = { oracleDid: agent.oracleDid, keyId: agent.keyId, callId, address };
    try {
      const call = await this.#callOf(request, callId);
      if (!(await store.memories.keep(call, memory, clock.now()))) throw new OracleCallError('ERR_MEMORY_ERASED');
    } catch (error) {
      metrics.add('oracle_calls_memories_total', { what: 'refused' });
      await this.#note('memory-keep', { ...entry, code: codeOf(error) });
      throw error;
    }
    await this.#note('memory-keep', entry);
    metrics.add('oracle_calls_memories_total', { what: 'kept' });
  }

  /** An agent was told by its user, in the call, to forget the session. @throws {OracleCallError} as {@link keep} */
  async eraseForAgent(request: AgentRequest, callId: CallId): Promise<void> {
    const { agent, address } = request;
    const { oracleDid, matrixUserId, sessionId } = await this.#callOf(request, callId);
    await this.#erase({ oracleDid, matrixUserId, sessionId });
    await this.#note('memory-erase-by-agent', { oracleDid, keyId: agent.keyId, address });
  }

  async list({ userId }: UserPrincipal, { oracleDid, sessionId }: MemoriesQuery): Promise<MemoriesResponse> {
    const found = await this.#deps.store.memories.list(oracleDid, userId, sessionId);
    return {
      memories: found.map((memory) => ({
        sessionId: memory.sessionId,
        keptAt: new Date(memory.keptAt).toISOString(),
      })),
    };
  }

  /** A user erases what an oracle remembers of them. What is not there is erased as well: a call under way keeps nothing. */
  async erase({ user, address }: UserRequest, { oracleDid, sessionId }: MemoriesQuery): Promise<ErasedResponse> {
    const erased = await this.#erase({ oracleDid, matrixUserId: user.userId, sessionId });
    await this.#note('memory-erase-by-user', { oracleDid, address });
    return { erased };
  }

  async #erase(which: Pick<MemoryErasure, 'oracleDid' | 'matrixUserId' | 'sessionId'>): Promise<number> {
    const { store, metrics, clock, logger } = this.#deps;
    const now = clock.now();
    const erased = await store.memories.erase({ ...which, now, callsEndedAfter: now - MEMORY_GRACE_MS });
    metrics.add('oracle_calls_memories_total', { what: 'erased' }, erased);
    // Without the names: the log is kept as well.
    logger.info('memory erased', { count: erased });
    return erased;
  }

  async #callOf({ agent }: AgentRequest, callId: CallId): Promise<Call> {
    const { store, clock } = this.#deps;
    const call = await store.calls.findById(callId);
    if (call === undefined) throw new OracleCallError('ERR_CALL_NOT_FOUND');
    if (call.oracleDid !== agent.oracleDid) throw new OracleCallError('ERR_AUTH_FORBIDDEN');
    if (await store.credentials.isAgentRefused(callId, agent.keyId)) {
      throw new OracleCallError('ERR_AUTH_INVALID_AUTHENTICATION');
    }
    if (call.endedAt !== undefined && clock.now() - call.endedAt > MEMORY_GRACE_MS) {
      throw new OracleCallError('ERR_CALL_ENDED');
    }
    return call;
  }

  #note(action: AuditAction, entry: Omit<AuditEntry, 'at' | 'action'>): Promise<void> {
    const { store, clock } = this.#deps;
    return store.audit.add({ at: clock.now(), action, ...entry });
  }
}

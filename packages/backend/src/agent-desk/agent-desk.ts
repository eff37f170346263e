import {
  BearerSecret,
  CALL_EVENT_TYPE,
  OracleCallError,
  callIdParts,
  isOracleCallError,
  parseCallEvent,
  type CallId,
  type Clock,
  type Logger,
} from '@oracle-calls/protocol';
import type { ClaimRequest, ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';
import { formatTraceparent } from '@oracle-calls/protocol/trace';
import { hashToken } from '../auth/opaque-token.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import { hashEnvelope, type Call } from '../calls/call.ts';
import type { CallService } from '../calls/call-service.ts';
import type { MemoryDesk } from '../memories/memory-desk.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import type { AuditEntry } from '../store/audit-store.ts';
import type { FreshEnvelopes } from './fresh-envelopes.ts';
import type { StandbyDesk } from '../standby/standby-desk.ts';
import type { Store } from '../store/store.ts';
import type { BackendMetrics } from '../telemetry/backend-metrics.ts';
import type { CallTraces } from '../telemetry/call-traces.ts';
import { inSpan } from '../telemetry/trace-scope.ts';

export interface AgentDeskDeps {
  readonly oracles: Pick<ServedOracles, 'accountOf'>;
  readonly store: Store;
  readonly calls: CallService;
  readonly memories: Pick<MemoryDesk, 'release'>;
  readonly standby: Pick<StandbyDesk, 'claimed'>;
  readonly fresh: Pick<FreshEnvelopes, 'take'>;
  readonly traces: CallTraces;
  readonly metrics: BackendMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An agent's request: whose key it bears and where it came from. */
export interface AgentRequest {
  readonly agent: AgentPrincipal;
  readonly address: string;
  readonly signal?: AbortSignal | undefined;
}

/** What agents ask for: the call behind a ticket, and its envelope. */
export class AgentDesk {
  readonly #deps: AgentDeskDeps;

  constructor(deps: AgentDeskDeps) {
    this.#deps = deps;
  }

  /**
   * Trades a dispatch ticket for its call. Only success uses the ticket up, so an agent may ask again while Matrix is slow. When the call's event
   * has only just come, its sealed key is given along, audited as a release of its own.
   *
   * @throws {OracleCallError} `ERR_CALL_TICKET`, `ERR_MATRIX_EVENT_NOT_FOUND` (retryable), `ERR_CALL_ENDED`
   */
  async claim(request: AgentRequest, { ticket, roomId }: ClaimRequest): Promise<ClaimResponse> {
    const fact = { action: 'call-claim', sfuRoomName: roomId } as const;
    this.#deps.traces.adopt(roomId);
    const claimed = await this.#audited(request, fact, () => this.#claim(request, { ticket, roomId }));
    const { callId } = claimed;
    const envelope = this.#deps.fresh.take(callId);
    if (envelope === undefined) return claimed;
    try {
      return { ...claimed, key: await this.#release(request, callId, () => Promise.resolve(envelope)) };
    } catch {
      // The claim stands. Whoever asks for the key is told why not.
      return claimed;
    }
  }

  /**
   * The envelope of a call, read from its Matrix event each time: the backend keeps none but for the moment of {@link claim}. Each release is in the audit log.
   *
   * @throws {OracleCallError} `ERR_AUTH_FORBIDDEN`, `ERR_AUTH_INVALID_AUTHENTICATION`, `ERR_CALL_ENDED`,
   *   `ERR_CALL_REPLAYED` when the homeserver now shows another event, `ERR_UPSTREAM_BUSY` while the oracle's account is not open, and as {@link CallService.waitForCall}
   */
  key(request: AgentRequest, callId: CallId): Promise<KeyResponse> {
    this.#deps.traces.adopt(callIdParts(callId).sfuRoomName);
    return this.#release(request, callId, (call) => this.#readEnvelope(call, request.signal));
  }

  #release(request: AgentRequest, callId: CallId, read: (call: Call) => Promise<string>): Promise<KeyResponse> {
    return this.#audited(request, { action: 'key-release', callId }, () => this.#key(request, callId, read));
  }

  /** Writes down what is given and what is refused. What cannot be written down is not given. */
  async #audited<T>(
    { agent, address, signal }: AgentRequest,
    fact: Pick<AuditEntry, 'action' | 'callId' | 'sfuRoomName'>,
    work: () => Promise<T>,
  ): Promise<T> {
    const { store, metrics, clock } = this.#deps;
    const isKey = fact.action === 'key-release';
    const who = { keyId: agent.keyId, oracleDid: agent.oracleDid, address };
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // An agent that went away while it waited was told nothing.
      const otherwise = signal?.aborted === true ? 'ERR_UPSTREAM_BUSY' : 'ERR_INTERNAL';
      const code = isOracleCallError(error) ? error.code : otherwise;
      if (isKey) metrics.add('oracle_calls_key_requests_total', { code });
      await store.audit.add({ ...fact, ...who, at: clock.now(), code });
      throw error;
    }
    await store.audit.add({ ...fact, ...who, at: clock.now() });
    if (isKey) metrics.add('oracle_calls_key_requests_total', { code: 'ok' });
    return result;
  }

  async #claim(request: AgentRequest, { ticket, roomId }: ClaimRequest): Promise<ClaimResponse> {
    const { agent, signal } = request;
    const { store, calls, memories, standby, traces, clock, logger } = this.#deps;
    const ticketSha256 = hashToken(new BearerSecret(ticket, 'agent ticket'));
    const room = await store.sfuRooms.find(roomId);
    const isGood =
      room !== undefined &&
      room.ticketSha256 === ticketSha256 &&
      room.ticketUsedAt === undefined &&
      room.oracleDid === agent.oracleDid;
    if (!isGood) throw new OracleCallError('ERR_CALL_TICKET');
    standby.claimed(roomId);
    if (room.closedAt !== undefined) throw new OracleCallError('ERR_CALL_ENDED');
    const call = await calls.waitForRoom(roomId, signal);
    // The ticket is of a room that was asked for in the name of one oracle: a call to another one is not its call.
    if (call.oracleDid !== agent.oracleDid) throw new OracleCallError('ERR_CALL_TICKET');
    if (call.callStatus === 'ended') throw new OracleCallError('ERR_CALL_ENDED');
    const memory = await memories.release(request, call);
    if (!(await store.sfuRooms.useTicket(roomId, ticketSha256, clock.now()))) {
      throw new OracleCallError('ERR_CALL_TICKET');
    }
    logger.info('call claimed', { callId: call.callId, agentKeyId: agent.keyId });
    traces.reached(roomId, 'claimed');
    const trace = traces.of(roomId);
    return {
      callId: call.callId,
      callType: call.callType,
      sessionId: call.sessionId,
      userIdentity: room.userIdentity,
      ...(call.agentVoice === undefined ? {} : { agentVoice: call.agentVoice }),
      ...(call.language === undefined ? {} : { language: call.language }),
      ...(memory === undefined ? {} : { memory }),
      ...(trace === undefined ? {} : { traceparent: formatTraceparent(trace) }),
    };
  }

  async #key(
    { agent, signal }: AgentRequest,
    callId: CallId,
    read: (call: Call) => Promise<string>,
  ): Promise<KeyResponse> {
    const { store, calls, traces, logger } = this.#deps;
    const call = await calls.waitForCall(callId, { signal });
    if (call.oracleDid !== agent.oracleDid) throw new OracleCallError('ERR_AUTH_FORBIDDEN');
    if (await store.credentials.isAgentRefused(callId, agent.keyId)) {
      throw new OracleCallError('ERR_AUTH_INVALID_AUTHENTICATION');
    }
    if (call.callStatus === 'ended') throw new OracleCallError('ERR_CALL_ENDED');
    const encryptionKey = await read(call);
    if (hashEnvelope(encryptionKey) !== call.envelopeSha256) throw new OracleCallError('ERR_CALL_REPLAYED');
    traces.reached(call.sfuRoomName, 'keyReleased');
    logger.info('key released', { audit: true, callId, agentKeyId: agent.keyId });
    return { encryptionKey, userDid: call.userDid, oracleDid: call.oracleDid };
  }

  async #readEnvelope(call: Call, signal: AbortSignal | undefined): Promise<string> {
    const matrix = this.#deps.oracles.accountOf(call.oracleDid);
    const event = await inSpan('matrix.fetch', () => matrix.fetchEvent(call.matrixRoomId, call.eventId, { signal }));
    if (event.type !== CALL_EVENT_TYPE || event.sender.userId !== call.matrixUserId) {
      throw new OracleCallError('ERR_CALL_REPLAYED');
    }
    return parseCallEvent(event.content).encryptionKey;
  }
}

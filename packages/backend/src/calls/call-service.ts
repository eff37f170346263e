import {
  OracleCallError,
  callIdParts,
  waitAtMost,
  type CallId,
  type Clock,
  type EndReason,
  type ErrorCode,
  type Logger,
  type MatrixEventId,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import { EVENT_WAIT_MS, type UpdateRequest } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import type { Principal } from '../auth/principal.ts';
import type { Acceptance } from '../store/call-store.ts';
import type { Store } from '../store/store.ts';
import { inSpan } from '../telemetry/trace-scope.ts';
import type { Call, NewCall } from './call.ts';
import { CallWaiters, type WaitKey } from './call-waiters.ts';
import { decideUpdate } from './end-rules.ts';

/** Who ended a call: the caller's own edit of the event, a request, or the backend itself. */
export type EndedBy = 'edit' | 'user' | 'agent' | 'backend';

/** Told of what happens to calls, after it is in the database. */
export interface CallObserver {
  onAccepted?(call: Call): void;
  onActive?(call: Call): void;
  onEnded?(call: Call, by: EndedBy): void;
  /** An event was not taken. */
  onRefused?(code: ErrorCode): void;
}

export interface CallServiceDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the backend closes: nobody is kept waiting. */
  readonly closing: AbortSignal;
}

export interface WaitForCallOptions {
  /** Told the exact refusal when the event is theirs and was refused. */
  readonly asker?: MatrixUserId | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The one place where calls come to be, move and end. The database decides every race. */
export class CallService {
  readonly #deps: CallServiceDeps;
  readonly #waiters = new CallWaiters();
  readonly #observers: CallObserver[] = [];

  constructor(deps: CallServiceDeps) {
    this.#deps = deps;
  }

  observe(observer: CallObserver): void {
    this.#observers.push(observer);
  }

  /** Takes a call whose event was checked, and the ring that it answers; whatever is not `accepted` changes nothing. */
  async accept(newCall: NewCall, ringEventId?: MatrixEventId): Promise<Acceptance> {
    const { store, logger } = this.#deps;
    const acceptance = await store.calls.accept(newCall, ringEventId);
    if (acceptance !== 'accepted') return acceptance;
    const { callId, sfuRoomName, matrixUserId } = newCall;
    logger.info('call accepted', { callId, 'pii.userId': matrixUserId });
    const call = await store.calls.findById(callId);
    if (call === undefined) throw new OracleCallError('ERR_INTERNAL', 'An accepted call is not there.');
    for (const observer of this.#observers) observer.onAccepted?.(call);
    // The room may have been given up while the event was under way: such a call can no longer be held.
    const room = await store.sfuRooms.find(sfuRoomName);
    if (room?.closedAt !== undefined) await this.end(call, 'connection-lost', 'backend');
    this.#waiters.wake(`event:${newCall.eventId}`);
    this.#waiters.wake(`room:${sfuRoomName}`);
    return acceptance;
  }

  /** Remembers why an event was refused and wakes those who wait for its call. */
  async refuse(eventId: MatrixEventId, sender: MatrixUserId, code: ErrorCode): Promise<void> {
    const { store, clock, logger } = this.#deps;
    logger.warn('call event refused', { eventId, code, 'pii.sender': sender });
    await store.notices.refuseEvent(eventId, { sender, code }, clock.now());
    for (const observer of this.#observers) observer.onRefused?.(code);
    this.#waiters.wake(`event:${eventId}`);
  }

  /** Sets a pending call active. Whoever comes second finds it done. @throws `ERR_CALL_ENDED` */
  async activate(callId: CallId): Promise<Call> {
    const { store, clock, logger } = this.#deps;
    const isMoved = await store.calls.activate(callId, clock.now());
    const call = await this.#require(callId);
    if (isMoved) {
      logger.info('call active', { callId });
      for (const observer of this.#observers) observer.onActive?.(call);
    }
    if (call.callStatus === 'ended') throw new OracleCallError('ERR_CALL_ENDED');
    return call;
  }

  /** Ends a call; one that has ended keeps its first reason. */
  async end(call: Call, endReason: EndReason, by: EndedBy): Promise<Call> {
    const { store, clock, logger } = this.#deps;
    const isMoved = await store.calls.end(call.callId, { endReason, endedAt: clock.now(), isAnswered: by !== 'edit' });
    const ended = await this.#require(call.callId);
    if (isMoved) {
      logger.info('call ended', { callId: call.callId, endReason, by });
      for (const observer of this.#observers) observer.onEnded?.(ended, by);
    }
    return ended;
  }

  /**
   * `POST /calls/:callId/sync`: the caller says that it is in the SFU room.
   *
   * @throws {OracleCallError} `ERR_MATRIX_EVENT_NOT_FOUND`, `ERR_CALL_NOT_FOUND`, `ERR_CALL_ENDED`, the code of a refused event
   */
  async sync(callId: CallId, asker: MatrixUserId, sessionId?: string, signal?: AbortSignal): Promise<Call> {
    const call = await this.waitForCall(callId, { asker, signal });
    if (call.matrixUserId !== asker) throw new OracleCallError('ERR_CALL_NOT_FOUND');
    if (sessionId !== undefined && sessionId !== call.sessionId) {
      throw new OracleCallError('ERR_PROTOCOL_MALFORMED', undefined, {
        details: { issues: ["sessionId: the call event's expected"] },
      });
    }
    return await this.activate(callId);
  }

  /** `POST /calls/:callId/update`. @throws {OracleCallError} as {@link decideUpdate}; `ERR_CALL_NOT_FOUND` */
  async update(callId: CallId, principal: Principal, update: UpdateRequest, signal?: AbortSignal): Promise<Call> {
    const { store, clock } = this.#deps;
    const asker = principal.kind === 'user' ? principal.userId : undefined;
    const call = await this.waitForCall(callId, { asker, signal });
    if (principal.kind === 'user' && call.matrixUserId !== principal.userId) {
      throw new OracleCallError('ERR_CALL_NOT_FOUND');
    }
    if (principal.kind === 'agent' && call.oracleDid !== principal.oracleDid) {
      throw new OracleCallError('ERR_AUTH_FORBIDDEN');
    }
    const reason = decideUpdate(call, principal, update);
    if (principal.kind === 'agent' && update.endReason === 'invalid-authentication') {
      // Before the end is told, and also when the call has ended otherwise: this agent gets the key no more.
      await store.credentials.refuseAgent(callId, principal.keyId, clock.now());
    }
    return reason === undefined ? call : await this.end(call, reason, principal.kind);
  }

  /** `DELETE /calls/:callId`: forgets a call that is over. @throws {OracleCallError} `ERR_CALL_NOT_FOUND`, `ERR_CALL_LIVE` */
  async delete(callId: CallId, asker: MatrixUserId): Promise<void> {
    const { store, clock, logger } = this.#deps;
    const deletion = await store.deletion.delete(callId, { kind: 'user', userId: asker }, clock.now());
    if (deletion === 'unknown') throw new OracleCallError('ERR_CALL_NOT_FOUND');
    if (deletion === 'live') throw new OracleCallError('ERR_CALL_LIVE');
    // Without its id: the log is kept as well.
    logger.info('call deleted');
  }

  /**
   * The call of an id, once Matrix has delivered its event.
   *
   * @throws {OracleCallError} `ERR_MATRIX_EVENT_NOT_FOUND` (retryable) after `EVENT_WAIT_MS`, `ERR_CALL_NOT_FOUND` when the
   *   event is known and has another SFU room, the code of the refusal when the event is the asker's and was refused
   */
  waitForCall(callId: CallId, { asker, signal }: WaitForCallOptions = {}): Promise<Call> {
    const { store } = this.#deps;
    const { eventId } = callIdParts(callId);
    return this.#wait(`event:${eventId}`, signal, async () => {
      const call = await store.calls.findByEventId(eventId);
      if (call !== undefined) {
        if (call.callId !== callId) throw new OracleCallError('ERR_CALL_NOT_FOUND');
        return call;
      }
      const refused = asker === undefined ? undefined : await store.notices.findRefusedEvent(eventId);
      if (refused !== undefined && refused.sender === asker) throw new OracleCallError(refused.code);
      return undefined;
    });
  }

  /** The call in an SFU room, once Matrix has delivered its event. @throws {OracleCallError} `ERR_MATRIX_EVENT_NOT_FOUND` */
  waitForRoom(sfuRoomName: SfuRoomName, signal?: AbortSignal): Promise<Call> {
    return this.#wait(`room:${sfuRoomName}`, signal, () => this.#deps.store.calls.findBySfuRoomName(sfuRoomName));
  }

  async #wait(key: WaitKey, signal: AbortSignal | undefined, find: () => Promise<Call | undefined>): Promise<Call> {
    // Waiting begins before looking, so that nothing can slip in between.
    using waiter = this.#waiters.wait(key);
    const found = await find();
    if (found !== undefined) return found;
    const { clock, closing } = this.#deps;
    const over = signal === undefined ? closing : AbortSignal.any([closing, signal]);
    await inSpan('matrix.wait', () => waitAtMost(clock, waiter.woken, EVENT_WAIT_MS, over));
    const call = await find();
    if (call === undefined) throw new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
    return call;
  }

  async #require(callId: CallId): Promise<Call> {
    const call = await this.#deps.store.calls.findById(callId);
    if (call === undefined) throw new OracleCallError('ERR_CALL_NOT_FOUND');
    return call;
  }
}

import { randomBytes } from 'node:crypto';
import {
  codeOf,
  isOracleCallError,
  OracleCallError,
  parseRingAnswer,
  parseWith,
  RING_CLOCK_SKEW_MS,
  RING_EVENT_TYPE,
  RING_LIFETIME_DEFAULT_MS,
  tryReadRingAnswer,
  type Clock,
  type Did,
  type Logger,
  type MatrixEventId,
  type RingAnswerStatus,
} from '@oracle-calls/protocol';
import type { RingRequest } from '@oracle-calls/protocol/http';
import type { DecryptedEvent, MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix/port';
import { matrixUserIdSchema } from '../auth/matrix-ids.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { Drain } from '../drain/drain.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import type { AuditAction } from '../store/audit-store.ts';
import type { Store } from '../store/store.ts';
import { isSent, ringContent, type Ring, type SentRing } from './ring.ts';
import type { RingOutbox } from './ring-outbox.ts';

export interface RingServiceDeps {
  readonly oracles: Pick<ServedOracles, 'requireFor' | 'accountOf'>;
  readonly drain: Pick<Drain, 'state'>;
  readonly store: Pick<Store, 'rings' | 'calls' | 'audit'>;
  readonly outbox: RingOutbox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  readonly closing: AbortSignal;
}

/** Which API key asks, and from where. */
export interface RingingAgent {
  readonly agent: AgentPrincipal;
  readonly address: string;
}

/** Refusals of the Matrix port that say: not in this room, not to these devices. */
const UNREACHABLE_CODE = /^ERR_MATRIX_(?:MEMBERS|CROSS_SIGNING|IDENTITY_CHANGED|ROOM|NOT_ENCRYPTED)$/;

/** The one place where rings begin and end. The database decides every race. */
export class RingService {
  readonly #deps: RingServiceDeps;
  /** Rings on their way to Matrix, by oracle and person. */
  readonly #sending = new Map<string, Promise<unknown>>();

  constructor(deps: RingServiceDeps) {
    this.#deps = deps;
  }

  /**
   * `POST /rings`: rings somebody who has called this oracle, in the room of their newest call.
   *
   * @throws {OracleCallError} as `ServedOracles.requireFor`; `ERR_RING_STRANGER`, `ERR_RING_IN_PROGRESS`, `ERR_RING_UNREACHABLE`,
   *   `ERR_UPSTREAM_DRAINING`, `ERR_UPSTREAM_HOMESERVER`
   */
  async ring({ agent, address }: RingingAgent, request: RingRequest): Promise<SentRing> {
    const { oracleDid } = agent;
    const userId = parseWith(matrixUserIdSchema, request.userId);
    try {
      const ring = await this.#begin(oracleDid, userId, request);
      // Before it leaves: what cannot be written down is not sent, and nothing of it is kept.
      try {
        await this.#audit('ring', { agent, address });
      } catch (error) {
        await this.#deps.store.rings.abandon(ring.key);
        throw error;
      }
      return await this.#send(ring);
    } catch (error) {
      await this.#audit('ring', { agent, address }, error);
      throw error;
    }
  }

  /** `GET /rings/:ringId`. @throws {OracleCallError} `ERR_RING_NOT_FOUND`, also for another oracle's */
  async find({ oracleDid }: AgentPrincipal, ringId: MatrixEventId): Promise<SentRing> {
    const ring = await this.#deps.store.rings.find(ringId);
    if (ring?.oracleDid !== oracleDid) throw new OracleCallError('ERR_RING_NOT_FOUND');
    return ring;
  }

  /** `DELETE /rings/:ringId`: takes it back. @throws {OracleCallError} `ERR_RING_NOT_FOUND`, `ERR_RING_OVER` */
  async cancel({ agent, address }: RingingAgent, ringId: MatrixEventId): Promise<SentRing> {
    const ring = await this.find(agent, ringId);
    if (!(await this.#end(ring, 'cancelled'))) throw new OracleCallError('ERR_RING_OVER');
    await this.#audit('ring-cancel', { agent, address });
    return await this.find(agent, ringId);
  }

  /** Resolves when no ring of this oracle to this person is on its way from here: then its event id is known. */
  async sent(oracleDid: Did, userId: MatrixUserId): Promise<void> {
    await this.#sending.get(pairOf(oracleDid, userId));
  }

  /** A call was taken that answers this ring. */
  async accepted(ringEventId: MatrixEventId): Promise<void> {
    const ring = await this.#deps.store.rings.find(ringEventId);
    if (ring?.state === 'accepted') this.#ended(ring);
  }

  /** Takes a person's answer. One that is not theirs to give changes nothing and is logged by its code. */
  async takeAnswer(oracleDid: Did, event: DecryptedEvent): Promise<void> {
    const { store, logger } = this.#deps;
    const { userId } = event.sender;
    try {
      const { ringEventId } = parseRingAnswer(event.content);
      await this.sent(oracleDid, userId);
      const ring = await store.rings.find(ringEventId);
      if (ring?.oracleDid !== oracleDid) throw new OracleCallError('ERR_RING_NOT_FOUND');
      const answer = tryReadRingAnswer(event, ring);
      if (answer === undefined || userId !== ring.matrixUserId || answer.ringStatus !== 'declined') {
        throw new OracleCallError('ERR_AUTH_FORBIDDEN');
      }
      await this.#end(ring, 'declined');
    } catch (error) {
      if (!isOracleCallError(error) || error.code === 'ERR_INTERNAL') throw error;
      logger.warn('ring answer ignored', { eventId: event.eventId, code: error.code, 'pii.sender': userId });
    }
  }

  /** After a restart, or when the account is open: takes up what an earlier life of the process left of one oracle's. */
  async resume(oracleDid: Did): Promise<void> {
    const { store, oracles, outbox, clock, logger, closing } = this.#deps;
    await outbox.resume(oracleDid);
    for (const ring of await store.rings.listOpen(oracleDid)) {
      try {
        if (!isSent(ring)) {
          // Whether it left is not known: under its transaction id it rings once. Too late, nobody would hear it.
          if (clock.now() < ring.startedAt + ring.lifetimeMs) await this.#send(ring);
          else await store.rings.abandon(ring.key);
          continue;
        }
        this.#lapseInTime(ring);
        const matrix = oracles.accountOf(oracleDid);
        const answers = await matrix.fetchRelations(ring.matrixRoomId, ring.eventId, { signal: closing });
        for (const answer of answers) {
          if (answer.sender.userId !== matrix.userId) await this.takeAnswer(oracleDid, answer);
        }
      } catch (error) {
        if (closing.aborted) return;
        logger.warn('ring not resumed', errorFields(error));
      }
    }
  }

  async #begin(oracleDid: Did, userId: MatrixUserId, request: RingRequest): Promise<Ring> {
    const { oracles, drain, store, clock } = this.#deps;
    oracles.requireFor(oracleDid, userId);
    if (drain.state === 'draining') throw new OracleCallError('ERR_UPSTREAM_DRAINING');
    const matrixRoomId = await this.#roomWith(oracleDid, userId);
    const { callType, sessionId, reason, lifetimeMs = RING_LIFETIME_DEFAULT_MS } = request;
    const startedAt = clock.now();
    const ring: Ring = {
      key: `oc-ring-${randomBytes(16).toString('hex')}`,
      eventId: undefined,
      ...{ oracleDid, matrixUserId: userId, matrixRoomId, callType, sessionId, reason },
      state: 'sending',
      ...{ startedAt, lifetimeMs, overAt: startedAt + lifetimeMs + RING_CLOCK_SKEW_MS },
      endedAt: undefined,
      callId: undefined,
    };
    if (!(await store.rings.begin(ring))) throw new OracleCallError('ERR_RING_IN_PROGRESS');
    return ring;
  }

  /** The room of the person's newest call to this oracle. Who has called no more than another oracle of this backend is a stranger. */
  async #roomWith(oracleDid: Did, matrixUserId: MatrixUserId): Promise<MatrixRoomId> {
    const [newest] = await this.#deps.store.calls.list({ matrixUserId, oracleDid, limit: 1 });
    if (newest === undefined) throw new OracleCallError('ERR_RING_STRANGER');
    if (newest.callStatus !== 'ended') throw new OracleCallError('ERR_RING_IN_PROGRESS');
    return newest.matrixRoomId;
  }

  #send(ring: Ring): Promise<SentRing> {
    const pair = pairOf(ring.oracleDid, ring.matrixUserId);
    const sending = this.#sendNow(ring);
    const settled = sending
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (this.#sending.get(pair) === settled) this.#sending.delete(pair);
      });
    this.#sending.set(pair, settled);
    return sending;
  }

  async #sendNow(ring: Ring): Promise<SentRing> {
    const { store, oracles, logger, closing } = this.#deps;
    let eventId: MatrixEventId;
    try {
      const matrix = oracles.accountOf(ring.oracleDid);
      eventId = await matrix.sendEvent(ring.matrixRoomId, RING_EVENT_TYPE, ringContent(ring), {
        transactionId: ring.key,
        peer: ring.matrixUserId,
        signal: closing,
      });
    } catch (error) {
      // The next start finds it, and sends it or lets it be.
      if (closing.aborted) throw new OracleCallError('ERR_UPSTREAM_BUSY', undefined, { cause: error });
      await store.rings.abandon(ring.key);
      throw refusalOf(error);
    }
    await store.rings.markSent(ring.key, eventId);
    logger.info('ringing', { eventId, callType: ring.callType, 'pii.userId': ring.matrixUserId });
    const sent: SentRing = { ...ring, eventId, state: 'ringing', reason: undefined };
    this.#lapseInTime(sent);
    return sent;
  }

  #lapseInTime(ring: SentRing): void {
    const { clock, deadlines, background } = this.#deps;
    deadlines.set(`ring:${ring.eventId}`, ring.overAt - clock.now(), () => {
      background.run('lapse', () => this.#end(ring, 'lapsed'));
    });
  }

  /** Ends a ring; `false` when it was over. */
  async #end(ring: SentRing, status: Exclude<RingAnswerStatus, 'accepted'>): Promise<boolean> {
    const { store, clock } = this.#deps;
    const endedAt = clock.now();
    if (!(await store.rings.end(ring.eventId, status, endedAt))) return false;
    this.#ended({ ...ring, state: status, endedAt });
    return true;
  }

  #ended(ring: SentRing): void {
    const { deadlines, logger, outbox } = this.#deps;
    deadlines.clear(`ring:${ring.eventId}`);
    logger.info('ring ended', { eventId: ring.eventId, ringStatus: ring.state });
    // The person's own word needs no echo.
    if (ring.state !== 'declined') outbox.tell(ring);
  }

  async #audit(action: AuditAction, { agent, address }: RingingAgent, error?: unknown): Promise<void> {
    const { store, clock } = this.#deps;
    const { keyId, oracleDid } = agent;
    const code = error === undefined ? {} : { code: codeOf(error) };
    await store.audit.add({ at: clock.now(), action, keyId, oracleDid, address, ...code });
  }
}

const pairOf = (oracleDid: Did, userId: MatrixUserId): string => `${oracleDid} ${userId}`;

/** What is told of a failure to send. */
function refusalOf(error: unknown): OracleCallError {
  const code = codeOf(error);
  if (UNREACHABLE_CODE.test(code)) return new OracleCallError('ERR_RING_UNREACHABLE', undefined, { cause: error });
  if (code === 'ERR_MATRIX_SEND') return new OracleCallError('ERR_UPSTREAM_HOMESERVER', undefined, { cause: error });
  return isOracleCallError(error) ? error : new OracleCallError('ERR_INTERNAL', undefined, { cause: error });
}

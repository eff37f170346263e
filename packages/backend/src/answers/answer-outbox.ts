import { createHash } from 'node:crypto';
import {
  CALL_EVENT_TYPE,
  CALL_EVENT_VERSION,
  OracleCallError,
  type CallAnswerContent,
  type CallId,
  type Did,
  type Logger,
} from '@oracle-calls/protocol';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Call } from '../calls/call.ts';
import type { CallObserver } from '../calls/call-service.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import type { AnswerStatus, DueAnswer } from '../store/answer-store.ts';
import type { Store } from '../store/store.ts';

/** First pause after the port itself has given up; it doubles with each further failure. */
const RETRY_BASE_MS = 5_000;

/**
 * The call is being set up when it becomes active, and on one machine with the homeserver its first sound would wait for this event, which
 * nobody waits for; in ms.
 */
export const ACTIVE_ANSWER_DELAY_MS = 1_000;

/** After these attempts, some 20 minutes, the next start tries again. */
const ATTEMPTS_MAX = 8;

export interface AnswerOutboxDeps {
  readonly oracles: Pick<ServedOracles, 'findAccount'>;
  readonly store: Store;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  readonly closing: AbortSignal;
}

/** The same for every attempt to tell one status of one call, in this life of the process and the next. */
export function answerTransactionId(callId: CallId, status: AnswerStatus): string {
  return `oc-answer-${status}-${createHash('sha256').update(callId).digest('hex').slice(0, 32)}`;
}

/**
 * Tells in Matrix what the database already knows: an event of the call event's type that refers to it (`m.reference`), because
 * only its sender may edit it. What is due stays due until it was sent, over restarts.
 */
export class AnswerOutbox implements CallObserver {
  readonly #deps: AnswerOutboxDeps;
  readonly #sending = new Set<CallId>();

  constructor(deps: AnswerOutboxDeps) {
    this.#deps = deps;
  }

  onActive(call: Call): void {
    this.#deps.deadlines.set(`answer:${call.callId}`, ACTIVE_ANSWER_DELAY_MS, () => this.#sendFor(call));
  }

  onEnded(call: Call): void {
    this.#sendFor(call);
  }

  /** Sends what is due of one oracle's calls: left by an earlier life of the process, or from before its account was open. */
  async resume(oracleDid: Did): Promise<void> {
    const { store } = this.#deps;
    for (const callId of new Set((await store.answers.listDue()).map((due) => due.callId))) {
      const call = await store.calls.findById(callId);
      if (call?.oracleDid === oracleDid) this.#sendFor(call);
    }
  }

  /** An oracle whose account is not open has its answers sent when it is. */
  #sendFor({ callId, oracleDid }: Call): void {
    if (this.#deps.oracles.findAccount(oracleDid) !== undefined) this.#send(callId);
  }

  #send(callId: CallId, attempt = 1): void {
    const { background, deadlines, closing, logger } = this.#deps;
    // One sender per call keeps 'active' before 'ended'; it looks again before it stops.
    if (this.#sending.has(callId) || closing.aborted) return;
    deadlines.clear(`answer:${callId}`);
    this.#sending.add(callId);
    background.run('answer', async () => {
      try {
        for (let due = await this.#next(callId); due !== undefined; due = await this.#next(callId)) {
          await this.#sendOne(due);
        }
        this.#sending.delete(callId);
      } catch (error) {
        this.#sending.delete(callId);
        if (closing.aborted) return;
        logger.warn('answer not sent', { callId, attempt, ...errorFields(error) });
        if (attempt >= ATTEMPTS_MAX) return;
        deadlines.set(`answer:${callId}`, RETRY_BASE_MS * 2 ** (attempt - 1), () => this.#send(callId, attempt + 1));
      }
    });
  }

  async #next(callId: CallId): Promise<DueAnswer | undefined> {
    const [due] = await this.#deps.store.answers.listDue(callId);
    if (due === undefined) this.#sending.delete(callId);
    return due;
  }

  async #sendOne(due: DueAnswer): Promise<void> {
    const { store, oracles, logger, closing } = this.#deps;
    const call = await store.calls.findById(due.callId);
    if (call === undefined) return;
    const matrix = oracles.findAccount(call.oracleDid);
    if (matrix === undefined) throw new OracleCallError('ERR_UPSTREAM_BUSY');
    const content = { ...createAnswer(call, due.callStatus), 'm.relates_to': relation(call) };
    const eventId = await matrix.sendEvent(call.matrixRoomId, CALL_EVENT_TYPE, content, {
      transactionId: answerTransactionId(call.callId, due.callStatus),
      peer: call.matrixUserId,
      signal: closing,
    });
    await store.answers.markSent(due, eventId);
    logger.info('answer sent', { callId: call.callId, callStatus: due.callStatus });
  }
}

const relation = (call: Call): object => ({ rel_type: 'm.reference', event_id: call.eventId });

function createAnswer(call: Call, callStatus: AnswerStatus): CallAnswerContent {
  return {
    v: CALL_EVENT_VERSION,
    callId: call.callId,
    callStatus,
    callStartedAt: call.callStartedAt,
    ...(callStatus === 'ended' && call.endedAt !== undefined
      ? { callEndedAt: new Date(call.endedAt).toISOString() }
      : {}),
    ...(callStatus === 'ended' && call.endReason !== undefined ? { endReason: call.endReason } : {}),
  };
}

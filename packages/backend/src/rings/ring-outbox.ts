import { createHash } from 'node:crypto';
import {
  createRingAnswer,
  RING_ANSWER_EVENT_TYPE,
  type Did,
  type Logger,
  type MatrixEventId,
} from '@oracle-calls/protocol';
import type { BackgroundWork } from '../background/background-work.ts';
import { errorFields } from '../background/error-fields.ts';
import type { Deadlines } from '../deadlines/deadlines.ts';
import type { ServedOracles } from '../oracles/served-oracles.ts';
import type { Store } from '../store/store.ts';
import type { SentRing } from './ring.ts';

/** First pause after the port itself has given up; it doubles with each further failure. */
const RETRY_BASE_MS = 2_000;
/** About a minute: by then every device has stopped by its own clock. The next start tries again. */
const ATTEMPTS_MAX = 6;

export interface RingOutboxDeps {
  readonly oracles: Pick<ServedOracles, 'findAccount'>;
  readonly store: Pick<Store, 'rings'>;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly background: BackgroundWork;
  readonly closing: AbortSignal;
}

/** The same for every attempt to tell the end of one ring, in this life of the process and the next. */
export function ringAnswerTransactionId(eventId: MatrixEventId): string {
  return `oc-ring-answer-${createHash('sha256').update(eventId).digest('hex').slice(0, 32)}`;
}

/** Tells in Matrix what became of a ring, as the database knows it. What is due stays due until it was sent, over restarts. */
export class RingOutbox {
  readonly #deps: RingOutboxDeps;

  constructor(deps: RingOutboxDeps) {
    this.#deps = deps;
  }

  /** Sends what an earlier life of the process left of one oracle's. */
  async resume(oracleDid: Did): Promise<void> {
    for (const ring of await this.#deps.store.rings.listDue(oracleDid)) this.tell(ring);
  }

  /** Tells how a ring ended. */
  tell(ring: SentRing, attempt = 1): void {
    const { background, deadlines, logger, closing } = this.#deps;
    if (closing.aborted) return;
    const { eventId } = ring;
    background.run('ring answer', async () => {
      try {
        await this.#send(ring);
      } catch (error) {
        if (closing.aborted) return;
        logger.warn('ring answer not sent', { eventId, attempt, ...errorFields(error) });
        if (attempt >= ATTEMPTS_MAX) return;
        const pauseMs = RETRY_BASE_MS * 2 ** (attempt - 1);
        deadlines.set(`ring answer:${eventId}`, pauseMs, () => this.tell(ring, attempt + 1));
      }
    });
  }

  async #send({ eventId, oracleDid, matrixRoomId, matrixUserId, state, endedAt, callId }: SentRing): Promise<void> {
    const { store, oracles, logger, closing } = this.#deps;
    const matrix = oracles.findAccount(oracleDid);
    // Whose account is not open yet is resumed when it is.
    if (matrix === undefined || state === 'ringing' || endedAt === undefined) return;
    const content = createRingAnswer({
      ringEventId: eventId,
      ringStatus: state,
      answeredAt: new Date(endedAt).toISOString(),
      callId,
    });
    await matrix.sendEvent(matrixRoomId, RING_ANSWER_EVENT_TYPE, content, {
      transactionId: ringAnswerTransactionId(eventId),
      peer: matrixUserId,
      signal: closing,
    });
    await store.rings.markTold(eventId);
    logger.info('ring answer sent', { eventId, ringStatus: state });
  }
}

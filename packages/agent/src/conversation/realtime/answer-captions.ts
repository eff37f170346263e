import type { Clock } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { ConversationObserver } from '../observer.ts';

/** An answer comes in pieces of a few letters; more often than this nobody reads it anew, in ms. */
const INTERIM_GAP_MS = 250;

/** Puts the pieces of what the oracle says together, one segment for each answer, and tells an observer. */
export class AnswerCaptions {
  readonly #observer: ConversationObserver;
  readonly #clock: Pick<Clock, 'now'>;
  #segment = createPayloadId();
  #text = '';
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(observer: ConversationObserver, clock: Pick<Clock, 'now'>) {
    this.#observer = observer;
    this.#clock = clock;
  }

  add(piece: string): void {
    this.#text += piece;
    const now = this.#clock.now();
    if (now - this.#toldAt < INTERIM_GAP_MS) return;
    this.#toldAt = now;
    this.#tell(false);
  }

  /** The answer is complete, or was cut off. */
  end(): void {
    this.#tell(true);
    this.#segment = createPayloadId();
    this.#text = '';
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  #tell(isFinal: boolean): void {
    const text = this.#text.trim();
    if (text !== '') this.#observer.words({ speaker: 'oracle', segment: this.#segment, text, isFinal });
  }
}

import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { Clock } from '@oracle-calls/protocol';
import type { ConversationObserver } from '../observer.ts';
import type { SpeechScript } from './speech-script.ts';

/** More often nobody reads it anew, in ms; a spoken word takes about twice as long. */
const INTERIM_GAP_MS = 200;
const ON_ITS_WAY_MS = 600;
/** An echo is of what was heard within so many words. */
const LATELY_WORDS = 60;

/** Tells an observer what the oracle says as it is heard, one segment for each answer, and keeps what was said lately. */
export class SpokenCaptions {
  readonly #observer: Pick<ConversationObserver, 'words'>;
  readonly #clock: Pick<Clock, 'now'>;
  #script: SpeechScript | undefined;
  #segment = createPayloadId();
  #toldWords = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #before: string[] = [];
  #said = '';

  constructor(observer: Pick<ConversationObserver, 'words'>, clock: Pick<Clock, 'now'>) {
    this.#observer = observer;
    this.#clock = clock;
  }

  /** What was heard last. */
  get lately(): string {
    return [...this.#before, ...this.#said.split(' ')].slice(-LATELY_WORDS).join(' ');
  }

  readonly heard = (script: SpeechScript, heardMs: number, { isOver }: { readonly isOver: boolean }): void => {
    if (this.#script !== script) this.#begin(script);
    const { text, words, wordCount } = script.heardBy(heardMs);
    // What is on its way to the loudspeaker may be heard in the microphone before it is told here.
    this.#said = script.heardBy(heardMs + ON_ITS_WAY_MS).text;
    const now = this.#clock.now();
    const isWorthIt = wordCount > this.#toldWords && now - this.#toldAt >= INTERIM_GAP_MS;
    if (isOver) this.#script = undefined;
    if (text === '' || !(isOver || isWorthIt)) return;
    this.#toldWords = wordCount;
    this.#toldAt = now;
    this.#observer.words({
      speaker: 'oracle',
      segment: this.#segment,
      text,
      isFinal: isOver,
      ...(words === undefined ? {} : { words }),
    });
  };

  #begin(script: SpeechScript): void {
    this.#before = this.lately.split(' ');
    this.#script = script;
    this.#said = '';
    this.#segment = createPayloadId();
    this.#toldWords = 0;
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }
}

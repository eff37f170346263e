import type { CaptionWord } from '@oracle-calls/protocol/data-frame';

/** One sentence of an answer as it was synthesised. */
export interface ScriptSentence {
  readonly text: string;
  /** 0 where it has no sound: it counts as heard as soon as what comes before it was. */
  readonly lengthMs: number;
  /** When its words sound, from its own beginning; absent where the voice does not tell. */
  readonly words?: readonly CaptionWord[] | undefined;
}

/** What somebody who has listened for a while has heard of an answer. */
export interface HeardSpeech {
  readonly text: string;
  /** The words of `text`, from the answer's beginning; absent unless all of them are known. */
  readonly words?: readonly CaptionWord[] | undefined;
  readonly wordCount: number;
}

/** Lengths are sums of frames here and of samples there, which differ by less than this, in ms. */
const ROUNDING_MS = 0.01;

/** A word counts as heard from its middle on. */
const middleOf = ({ startMs, endMs }: CaptionWord): number => (startMs + endMs) / 2;

/** The text of an answer along its sound: what was heard of it by when. */
export class SpeechScript {
  readonly #sentences: (ScriptSentence & { readonly startMs: number })[] = [];
  #lengthMs = 0;
  #sentMs = 0;
  #isComplete = false;
  #waiting: (() => void)[] = [];

  add(sentence: ScriptSentence): void {
    this.#sentences.push({ ...sentence, startMs: this.#lengthMs });
    this.#lengthMs += sentence.lengthMs;
  }

  /** Of all its sentences so far. */
  get lengthMs(): number {
    return this.#lengthMs;
  }

  /** Nothing is added any more. */
  complete(): void {
    this.#isComplete = true;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** So much of it was handed to the speaker. */
  sent(ms: number): void {
    this.#sentMs = ms;
    for (const waiter of this.#waiting.splice(0)) waiter();
  }

  /** Resolves when no more than this is left to be handed to the speaker. */
  async nearEnd(leftMs: number): Promise<void> {
    while (this.#lengthMs - this.#sentMs > leftMs) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** What was heard within the first milliseconds of it. */
  heardBy(ms: number): HeardSpeech {
    const texts: string[] = [];
    const words: CaptionWord[] = [];
    let areAllTimed = true;
    for (const { text, startMs, lengthMs, words: timed } of this.#sentences) {
      if (lengthMs === 0 ? startMs > ms + ROUNDING_MS : startMs >= ms) break;
      const written = text.split(/\s+/).filter((word) => word !== '');
      if (timed === undefined || timed.length === 0) {
        areAllTimed = false;
        // As if all words were spoken equally fast: for the text alone, never told as times.
        const share = lengthMs === 0 ? 1 : Math.min(1, (ms - startMs) / lengthMs);
        texts.push(...written.slice(0, Math.round(share * written.length)));
        continue;
      }
      const heard = timed.filter((word) => startMs + middleOf(word) <= ms);
      texts.push(...heard.map((word) => word.text));
      words.push(
        // Told in whole milliseconds; a sentence begins where samples say.
        ...heard.map(({ text: word, ...times }) => ({
          text: word,
          startMs: Math.round(startMs + times.startMs),
          endMs: Math.round(startMs + times.endMs),
        })),
      );
    }
    return { text: texts.join(' '), words: areAllTimed ? words : undefined, wordCount: texts.length };
  }
}

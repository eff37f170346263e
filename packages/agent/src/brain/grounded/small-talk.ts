import { cosine } from '../../documents/library.ts';
import type { Embedder } from '../../documents/embedder/embedder.ts';

/** What people say that asks for no fact. */
const PHRASES = [
  'Hello.',
  'Hi.',
  'Good morning.',
  'Good evening.',
  'Hi, how are you?',
  'Nice to meet you.',
  'Thank you.',
  'Thank you very much.',
  'Thanks, that was helpful.',
  'Okay, great.',
  'Yes, please.',
  'No, thanks.',
  'Goodbye.',
  'Bye bye.',
  'Have a nice day.',
  'Can you hear me?',
  'Who are you?',
] as const;

/** No question of the tuning half of `benchmarks/retrieval` comes closer to one of the phrases than 0.38; courtesies in other words begin at 0.5. */
export const SMALL_TALK_MIN_SCORE = 0.48;

/** Tells courtesies from questions, by meaning. */
export class SmallTalk {
  readonly #embedder: Embedder;
  readonly #phrases: readonly Float32Array[];

  private constructor(embedder: Embedder, phrases: readonly Float32Array[]) {
    this.#embedder = embedder;
    this.#phrases = phrases;
  }

  static async open(embedder: Embedder, signal?: AbortSignal): Promise<SmallTalk> {
    return new SmallTalk(embedder, await embedder.embed(PHRASES, { signal }));
  }

  async includes(sentence: string, signal?: AbortSignal): Promise<boolean> {
    const [vector] = await this.#embedder.embed([sentence], { signal });
    return this.#phrases.some((phrase) => cosine(vector, phrase) >= SMALL_TALK_MIN_SCORE);
  }
}

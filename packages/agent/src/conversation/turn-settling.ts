import type { Clock } from '@oracle-calls/protocol';

interface EarlyAnswer {
  readonly words: string;
  readonly signal: AbortSignal | undefined;
  readonly settled: PromiseWithResolvers<void>;
}

/**
 * Tells an answer that was begun early when the turn it answers is over. The framework asks for an answer as soon as it has words, before it
 * knows that the user has finished, and drops it when they go on: until then no tool may run.
 */
export class TurnSettling {
  readonly #clock: Pick<Clock, 'after'>;
  /** The last turn that was completed, until somebody speaks again. */
  #completed: string | undefined;
  readonly #open = new Set<EarlyAnswer>();

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /** Somebody speaks: what was completed before says nothing about what comes. It may be a cough, so early answers stay. */
  begin(): void {
    this.#completed = undefined;
  }

  /**
   * The user's turn is over, and these are its words. An answer to other words is dropped by the framework; so is one to the same words that was begun before the end of an
   * interrupted answer was written down, and it asks anew. It decides right after it has told of the turn: what it drops has gone when the clock comes round.
   */
  complete(text: string): void {
    const words = wordsOf(text);
    this.#completed = words;
    const kept = [...this.#open].filter((early) => early.words === words);
    this.#open.clear();
    if (kept.length === 0) return;
    this.#clock.after(0, () => {
      for (const { signal, settled } of kept) if (signal?.aborted !== true) settled.resolve();
    });
  }

  /** What an answer to these words has to wait for before it has an effect; nothing when the turn is over. `signal` aborts when the answer is not wanted any more. */
  settledFor(text: string | undefined, signal?: AbortSignal): Promise<void> | undefined {
    if (text === undefined) return undefined;
    const words = wordsOf(text);
    if (words === this.#completed) return undefined;
    const settled = Promise.withResolvers<void>();
    this.#open.add({ words, signal, settled });
    return settled.promise;
  }
}

/** Recognisers mend case and marks of what they said before; the framework looks over that too. */
const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

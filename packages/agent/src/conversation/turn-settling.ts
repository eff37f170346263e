/**
 * Tells an answer that was begun early when the turn it answers is over. The framework asks for an answer as soon as it has words, before it
 * knows that the user has finished, and drops it when they go on: until then no tool may run.
 */
export class TurnSettling {
  /** The last turn that was completed, until somebody speaks again. */
  #completed: string | undefined;
  readonly #open = new Set<{ readonly words: string; readonly settled: PromiseWithResolvers<void> }>();

  /** Somebody speaks: what was completed before says nothing about what comes. It may be a cough, so early answers stay. */
  begin(): void {
    this.#completed = undefined;
  }

  /** The user's turn is over, and these are its words. An answer to other words is dropped by the framework. */
  complete(text: string): void {
    const words = wordsOf(text);
    this.#completed = words;
    for (const early of this.#open) if (early.words === words) early.settled.resolve();
    this.#open.clear();
  }

  /** What an answer to these words has to wait for before it has an effect; nothing when the turn is over. */
  settledFor(text: string | undefined): Promise<void> | undefined {
    if (text === undefined) return undefined;
    const words = wordsOf(text);
    if (words === this.#completed) return undefined;
    const settled = Promise.withResolvers<void>();
    this.#open.add({ words, settled });
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

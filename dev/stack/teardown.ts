/**
 * In which order parts go: those that depend on others first, so that an agent can still tell the backend how its calls
 * ended. Parts of one stage go side by side.
 */
const STAGES = ['page', 'agent', 'backend', 'servers', 'state'] as const;
export type Stage = (typeof STAGES)[number];

/** Everything that was opened, to be closed in order, whatever happens on the way. */
export class Teardown implements AsyncDisposable {
  readonly #closers = new Map<Stage, (() => Promise<void>)[]>();
  #closed: Promise<void> | undefined;

  /** Remembers how to close something and hands it back. */
  add<T extends AsyncDisposable>(stage: Stage, part: T): T {
    const closers = this.#closers.get(stage) ?? [];
    closers.push(async () => await part[Symbol.asyncDispose]());
    this.#closers.set(stage, closers);
    return part;
  }

  /**
   * Closes everything; a part that fails to close does not keep the others open. Idempotent.
   *
   * @throws {AggregateError} of all that failed, at the end
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#closeStages());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeStages(): Promise<void> {
    const failures: unknown[] = [];
    for (const stage of STAGES) {
      const outcomes = await Promise.allSettled((this.#closers.get(stage) ?? []).map((closer) => closer()));
      for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason);
    }
    if (failures.length > 0) throw new AggregateError(failures, 'parts of the stack failed to close');
  }
}

/**
 * Waits for all, then throws the first failure: nobody may still be starting while the others are being closed.
 * `giveUp` gets that failure at once, to cut the waiting short.
 */
export async function settleAll<T extends readonly unknown[]>(
  promises: T,
  giveUp: (failure: unknown) => void,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  let first: { readonly failure: unknown } | undefined;
  const watched = promises.map(async (promise) => {
    try {
      await promise;
    } catch (failure) {
      if (first === undefined) {
        first = { failure };
        giveUp(failure);
      }
    }
  });
  await Promise.all(watched);
  if (first !== undefined) throw first.failure;
  return await Promise.all(promises);
}

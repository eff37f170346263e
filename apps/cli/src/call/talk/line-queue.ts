/** Lines that were typed and wait for their turn. */
export class LineQueue<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #over: { readonly cause?: unknown } | undefined;
  #wake: () => void = () => undefined;

  push(line: T): void {
    this.#waiting.push(line);
    this.#wake();
  }

  /** Nothing comes any more; what waits is still read, and then the cause thrown, if there is one. */
  end(failure: { readonly cause?: unknown } = {}): void {
    this.#over ??= failure;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#over !== undefined) {
        if ('cause' in this.#over) throw this.#over.cause;
        return;
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

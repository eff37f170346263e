/** Turns pieces that a callback delivers into something to iterate over; the reader may be slower than the writer. */
export class TextChannel implements AsyncIterable<string> {
  readonly #pieces: string[] = [];
  #end: { readonly cause?: unknown } | undefined;
  #wake: (() => void) | undefined;

  push(piece: string): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  /** Ends the text; with a cause, the reader's loop throws it after what was pushed before. */
  end(failure?: { readonly cause: unknown }): void {
    this.#end ??= failure ?? {};
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        yield piece;
        continue;
      }
      if (this.#end !== undefined) {
        if ('cause' in this.#end) throw this.#end.cause;
        return;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Who is told of something, in the order in which they came. The same function may be there twice. */
export class Observers<T> {
  readonly #all = new Set<(notice: T) => void>();

  observe(observer: (notice: T) => void): Disposable {
    const own = (notice: T): void => observer(notice);
    this.#all.add(own);
    return { [Symbol.dispose]: () => void this.#all.delete(own) };
  }

  /** Nobody who comes or goes meanwhile changes who is told. */
  tell(notice: T): void {
    for (const observer of [...this.#all]) this.call(observer, notice);
  }

  get size(): number {
    return this.#all.size;
  }

  clear(): void {
    this.#all.clear();
  }

  /** Tells one of them. */
  protected call(observer: (notice: T) => void, notice: T): void {
    observer(notice);
  }
}

/** Something that React can subscribe to: `useSyncExternalStore` takes both functions as they are. */
export interface Source<T> {
  /** The same value until a change was told. */
  readonly read: () => T;
  /** Calls `changed` after each change. The function that comes back ends it. */
  readonly subscribe: (changed: () => void) => () => void;
}

/** Tells listeners that something changed. The same function may be there twice. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (changed: () => void): (() => void) => {
    const own = (): void => changed();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  };

  tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A value that tells when it is replaced. */
export class Cell<T> implements Source<T> {
  readonly #signal = new Signal();
  readonly subscribe = this.#signal.subscribe;
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  readonly read = (): T => this.#value;

  write(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#signal.tell();
  }
}

/** What the SDK lets observe, as a source. */
export function sourceOf<T>(read: () => T, observe: (changed: () => void) => Disposable): Source<T> {
  return {
    read,
    subscribe: (changed) => {
      const observation = observe(changed);
      return () => observation[Symbol.dispose]();
    },
  };
}

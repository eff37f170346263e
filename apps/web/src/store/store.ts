import { Observers } from '@oracle-calls/sdk/core';

/** State outside of React: one object at a time, told of when it is another. Read it with `useStore`. */
export class Store<T> {
  readonly #observers = new Observers<undefined>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  observe(listener: () => void): Disposable {
    return this.#observers.observe(listener);
  }

  protected set(value: T): void {
    this.#value = value;
    this.#observers.tell(undefined);
  }
}

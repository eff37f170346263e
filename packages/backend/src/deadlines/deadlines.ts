import type { Clock } from '@oracle-calls/protocol';

/** Named timers: setting a name again replaces its timer, clearing one that is not set does nothing. */
export class Deadlines implements Disposable {
  readonly #clock: Clock;
  readonly #timers = new Map<string, Disposable>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: string, delayMs: number, onDue: () => void): void {
    this.clear(name);
    if (this.#isClosed) return;
    const timer = this.#clock.after(Math.max(0, delayMs), () => {
      this.#timers.delete(name);
      onDue();
    });
    this.#timers.set(name, timer);
  }

  has(name: string): boolean {
    return this.#timers.has(name);
  }

  clear(name: string): void {
    this.#timers.get(name)?.[Symbol.dispose]();
    this.#timers.delete(name);
  }

  /** Clears all; nothing can be set afterwards. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const name of [...this.#timers.keys()]) this.clear(name);
  }
}

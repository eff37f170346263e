import { sleepOn, type Clock } from '@oracle-calls/protocol';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Passes of the microtask queue between two timers: enough for the longest chain of awaits in the code under test. */
const SETTLE_TURNS = 50;

/** A clock that a test moves by hand. It begins at a real instant, so that ISO texts look as they do in life. */
export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(startAt: number = Date.UTC(2026, 0, 1, 10)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): Disposable {
    this.#order += 1;
    const timer = { at: this.#now + Math.max(0, delayMs), order: this.#order, callback };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  sleep(delayMs: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Timers that are armed: 0 when nothing was left open. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets everything that can happen at this instant happen. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await Promise.resolve();
    // Platform promises (WebCrypto, dynamic imports) resolve on the event loop, not in microtasks.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await Promise.resolve();
  }

  /** Moves time forward, firing the timers on the way in their order and letting work settle after each instant. */
  async advance(byMs: number): Promise<void> {
    const until = this.#now + byMs;
    await this.settle();
    for (let next = this.#nextTimer(until); next !== undefined; next = this.#nextTimer(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.settle();
    }
    this.#now = until;
  }

  #nextTimer(until: number): Timer | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= until);
    return due.toSorted((one, other) => one.at - other.at || one.order - other.order)[0];
  }
}

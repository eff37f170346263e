import type { MatrixEventId, SfuRoomName } from '@oracle-calls/protocol';

/** What somebody may wait for: what becomes of a call event, or the call of an SFU room. */
export type WaitKey = `event:${MatrixEventId}` | `room:${SfuRoomName}`;

/** Wakes those who wait for a call in this process; nobody polls. */
export class CallWaiters {
  readonly #waiting = new Map<WaitKey, Set<() => void>>();

  /** A promise of the next `wake(key)`; dispose it when no longer interested. */
  wait(key: WaitKey): { readonly woken: Promise<void> } & Disposable {
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    return {
      woken: promise,
      [Symbol.dispose]: () => {
        waiting.delete(resolve);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
      },
    };
  }

  wake(key: WaitKey): void {
    for (const resolve of this.#waiting.get(key) ?? []) resolve();
  }

  /** How many keys are waited for. */
  get size(): number {
    return this.#waiting.size;
  }
}

import type { CallType, Clock } from '@oracle-calls/protocol';
import { Store } from '../store/store.ts';

/** Between two questions whether the oracle answers. */
export const ASK_EVERY_MS = 10_000;
/** Whoever waits for longer has gone to do something else: five minutes. */
export const ASKS_MAX = 30;

/** Waiting for an oracle that does not answer, to call it as soon as it does. */
export type Wait =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'waiting';
      readonly type: CallType;
      /** Until the next question; 0 while it is asked. */
      readonly secondsLeft: number;
      readonly asked: number;
    }
  /** It did not come back within {@link ASKS_MAX} questions. */
  | { readonly kind: 'given-up'; readonly type: CallType };

export interface OracleWaitOptions {
  /** Whether a call would be taken now. A failure counts as "no". */
  readonly isReady: (signal: AbortSignal) => Promise<boolean>;
  readonly place: (type: CallType) => void;
  readonly clock: Clock;
}

/** Waits in bounds, visibly, and calls when the oracle is there. A person can stop it at any time. */
export class OracleWait extends Store<Wait> {
  readonly #options: OracleWaitOptions;
  #running: AbortController | undefined;

  constructor(options: OracleWaitOptions) {
    super({ kind: 'idle' });
    this.#options = options;
  }

  start(type: CallType): void {
    this.#running?.abort();
    this.#running = new AbortController();
    void this.#run(type, this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    if (this.value.kind !== 'idle') this.set({ kind: 'idle' });
  }

  async #run(type: CallType, signal: AbortSignal): Promise<void> {
    const { isReady, place, clock } = this.#options;
    for (let asked = 0; asked < ASKS_MAX; asked += 1) {
      for (let secondsLeft = ASK_EVERY_MS / 1_000; secondsLeft > 0; secondsLeft -= 1) {
        this.set({ kind: 'waiting', type, secondsLeft, asked });
        await clock.sleep(1_000, { signal }).catch(() => undefined);
        if (signal.aborted) return;
      }
      this.set({ kind: 'waiting', type, secondsLeft: 0, asked });
      const isThere = await isReady(signal).catch(() => false);
      if (signal.aborted) return;
      if (isThere) {
        this.stop();
        place(type);
        return;
      }
    }
    this.set({ kind: 'given-up', type });
  }
}

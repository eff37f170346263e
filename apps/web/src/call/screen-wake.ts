export interface ScreenWakeOptions {
  /** Absent where the browser has none. */
  readonly wakeLock: Pick<WakeLock, 'request'> | undefined;
  readonly page: Pick<Document, 'visibilityState' | 'addEventListener'>;
}

/** Keeps the screen on. A browser takes the lock back when the page is hidden, so it is asked for again. Dispose to let the screen sleep. */
export class ScreenWake implements Disposable {
  readonly #options: ScreenWakeOptions;
  readonly #over = new AbortController();
  #held: Pick<WakeLockSentinel, 'release'> | undefined;

  constructor(options: ScreenWakeOptions) {
    this.#options = options;
    const { signal } = this.#over;
    options.page.addEventListener('visibilitychange', () => void this.#hold(), { signal });
    void this.#hold();
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#held?.release().catch(() => undefined);
    this.#held = undefined;
  }

  async #hold(): Promise<void> {
    const { wakeLock, page } = this.#options;
    if (wakeLock === undefined || page.visibilityState !== 'visible') return;
    try {
      const lock = await wakeLock.request('screen');
      if (this.#over.signal.aborted) await lock.release();
      else this.#held = lock;
    } catch {
      // A battery that runs low refuses. The call does not need it.
    }
  }
}

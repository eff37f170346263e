/** Time as a port: everything that waits or stamps takes a `Clock`, so that tests own time. All values in milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after `delayMs`; dispose to cancel. */
  after(delayMs: number, callback: () => void): Disposable;
  /** Resolves after `delayMs`; rejects with `signal.reason` when aborted. */
  sleep(delayMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** The real clock: the only place that touches the platform's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  sleep: (delayMs, { signal } = {}) => sleepOn(systemClock, delayMs, signal),
};

/**
 * Waits for `event`, `maxMs` at most; `undefined` when time was up first. What `event` does later is nobody's concern any more.
 *
 * @throws what `event` rejects with, or `signal.reason`, whichever comes first
 */
export async function waitAtMost<T>(
  clock: Pick<Clock, 'sleep'>,
  event: Promise<T>,
  maxMs: number,
  signal?: AbortSignal,
): Promise<T | undefined> {
  const enough = new AbortController();
  const all = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  const bound = clock.sleep(maxMs, { signal: all }).then(() => undefined);
  try {
    return await Promise.race([event, bound]);
  } finally {
    enough.abort();
    await bound.catch(() => undefined);
  }
}

/** Builds `sleep` from `after`, for every clock. */
export function sleepOn(clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer[Symbol.dispose]();
      reject(signal?.reason as Error);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

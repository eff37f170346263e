import { OracleCallError, type Clock } from '@oracle-calls/protocol';

/** Waits for a promise until the signal aborts; the promise itself goes on. @throws `signal.reason` */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) {
      onAbort();
      // The promise has lost its waiter: its failure is nobody's any more.
      promise.catch(() => undefined);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Runs `work` with a signal that aborts with `ERR_UPSTREAM_TIMEOUT` after `delayMs`. */
export async function withDeadline<T>(
  clock: Clock,
  delayMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = clock.after(delayMs, () => controller.abort(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
  try {
    return await work(controller.signal);
  } finally {
    timer[Symbol.dispose]();
  }
}

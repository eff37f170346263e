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

/** A signal that aborts with `ERR_UPSTREAM_TIMEOUT` after `delayMs`, unless disposed before. */
export function deadline(clock: Clock, delayMs: number): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const timer = clock.after(delayMs, () => controller.abort(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
  return { signal: controller.signal, [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

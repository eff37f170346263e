import type { Clock } from '../clock.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs work under a bound, also when the work ignores its signal.
 *
 * @throws {OracleCallError} `ERR_DID_NOT_RESOLVED` after `timeoutMs`; an abort rethrows `signal.reason`
 */
export async function withinDeadline<T>(
  { clock, timeoutMs, signal }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  using _timer = clock.after(timeoutMs, () => {
    controller.abort(new OracleCallError('ERR_DID_NOT_RESOLVED', 'Resolving the DID took too long.'));
  });
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(controller.signal.reason as Error);
  controller.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), aborted.promise]);
  } catch (error) {
    // Work that noticed the abort may reject with its own error first: the reason is what the caller must see.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    controller.signal.removeEventListener('abort', onAbort);
    signal?.removeEventListener('abort', stop);
  }
}

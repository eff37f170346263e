import type { Clock } from '@oracle-calls/protocol';

/** A signal that fires with the parent's reason, or with `onTimeout()` once the time is up. Dispose it when done. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

export interface TimeLimitOptions {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly onTimeout: () => Error;
  readonly signal?: AbortSignal | undefined;
}

export function timeLimit({ clock, limitMs, onTimeout, signal: parent }: TimeLimitOptions): TimeLimit {
  const controller = new AbortController();
  const onParent = (): void => controller.abort(parent?.reason);
  if (parent?.aborted === true) onParent();
  parent?.addEventListener('abort', onParent, { once: true });
  const timer = clock.after(limitMs, () => controller.abort(onTimeout()));
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      parent?.removeEventListener('abort', onParent);
    },
  };
}

/** Runs `work` with a signal that fires with the parent's reason, or with `onTimeout()` once the time is up. */
export async function withTimeLimit<T>(
  options: TimeLimitOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = timeLimit(options);
  try {
    return await work(limit.signal);
  } finally {
    limit[Symbol.dispose]();
  }
}

/**
 * Waits for `work`, but no longer than `signal` allows. The work itself goes on: it belongs to others.
 *
 * @throws `signal.reason` when the signal fires first.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whichever lost the race may still fail; nobody is waiting for it any more.
    work.catch(() => undefined);
    aborted.catch(() => undefined);
  }
}

import { isOracleCallError, systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';

/** Attempts in all. A person waits meanwhile, so there are few. */
const MAX_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 250;
/** Who asks for a longer pause than this is believed, and asked no more: nobody holds the line for so long. */
const MAX_PAUSE_MS = 4_000;

export interface RetryOptions {
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly random?: (() => number) | undefined;
}

/**
 * Reads `attempt`, and begins anew when it fails in a way that may pass, but only until it has given something: what was said cannot be
 * taken back, and what was done must not be done twice.
 */
export async function* retryingStream<T>(
  attempt: () => AsyncIterable<T>,
  { clock = systemClock, signal, random = Math.random }: RetryOptions = {},
): AsyncGenerator<T> {
  for (let attempts = 1; ; attempts++) {
    let hasBegun = false;
    try {
      for await (const piece of attempt()) {
        hasBegun = true;
        yield piece;
      }
      return;
    } catch (cause) {
      signal?.throwIfAborted();
      if (hasBegun || attempts >= MAX_ATTEMPTS || !isOracleCallError(cause) || !cause.retryable) throw cause;
      const { retryAfterMs } = cause.details;
      // Between half and all of the pause: calls that failed together do not come back together.
      const ownPauseMs = FIRST_PAUSE_MS * 2 ** attempts * (0.5 + random() / 2);
      const pauseMs = typeof retryAfterMs === 'number' ? retryAfterMs : ownPauseMs;
      if (pauseMs > MAX_PAUSE_MS) throw cause;
      await clock.sleep(pauseMs, { signal });
    }
  }
}

/** The same for a single answer. */
export async function retryingOnce<T>(attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  async function* single(): AsyncGenerator<T> {
    yield await attempt();
  }
  for await (const result of retryingStream(single, options)) return result;
  throw new TypeError('an attempt gives one result');
}

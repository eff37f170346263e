import type { Clock } from '@oracle-calls/protocol';
import { homeserverFailure, isPassing } from './homeserver-failure.ts';

export interface RetryPolicy {
  /** How often the same request is made in all. */
  readonly attempts: number;
  /** Largest wait before the second attempt; doubles for each further one. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A server that asks for a longer pause than this is answered by giving up. */
  readonly maxRetryAfterMs: number;
}

/** About half a minute in all: a homeserver restarts within that, and a caller waits no longer. */
export const HOMESERVER_RETRY_POLICY: RetryPolicy = {
  attempts: 8,
  baseDelayMs: 500,
  maxDelayMs: 8_000,
  maxRetryAfterMs: 30_000,
};

export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 up to 1: spreads clients that failed together. */
  readonly random: () => number;
  readonly policy?: RetryPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether this failure may pass; by default what {@link isPassing} says. */
  readonly mayPass?: ((error: unknown) => boolean) | undefined;
}

/**
 * Makes a request again while its failure may pass: exponential backoff with jitter, never sooner than the server asked.
 * The request must be safe to repeat, for example by its transaction id.
 *
 * @throws what the last attempt threw; aborts rethrow `signal.reason`.
 */
export async function retryHomeserver<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, random, signal, policy = HOMESERVER_RETRY_POLICY } = options;
  const mayPass = options.mayPass ?? ((error: unknown) => isPassing(homeserverFailure(error)));
  for (let count = 1; ; count += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const { retryAfterMs = 0 } = homeserverFailure(error);
      if (count >= policy.attempts || !mayPass(error) || retryAfterMs > policy.maxRetryAfterMs) throw error;
      await clock.sleep(Math.max(retryAfterMs, backoffMs(count, random, policy)), { signal });
    }
  }
}

/** Wait after attempt number `count` (from 1): half fixed, half random, so that it is never zero. */
export function backoffMs(count: number, random: () => number, policy: RetryPolicy): number {
  const full = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (count - 1));
  return Math.round(full / 2 + (full / 2) * random());
}

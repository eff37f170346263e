import { isOracleCallError, type Clock } from '@oracle-calls/protocol';

export interface RetryPolicy {
  /** How often the same thing is tried in all. */
  readonly attempts: number;
  /** Mean wait before the second attempt; doubles for each further one. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** Five attempts in about four seconds: a caller who has clicked waits no longer for a backend. */
export const RETRY_POLICY: RetryPolicy = { attempts: 5, baseDelayMs: 250, maxDelayMs: 2_000 };

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Between 0 and 1; spreads clients that failed together. */
  readonly random: () => number;
  readonly policy?: RetryPolicy | undefined;
}

/**
 * Tries the same thing again while it fails with a retryable error: exponential backoff with half jitter, bounded.
 *
 * @throws what the last attempt threw; aborts rethrow `signal.reason`.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { clock, signal, random, policy = RETRY_POLICY }: RetryOptions,
): Promise<T> {
  for (let count = 1; ; count += 1) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (count >= policy.attempts || !isOracleCallError(error) || !error.retryable) throw error;
      await clock.sleep(retryDelayMs(count, random, policy), { signal });
    }
  }
}

/** Wait after attempt number `count` (from 1): half fixed, half random, so that it is never zero. */
export function retryDelayMs(count: number, random: () => number, policy: RetryPolicy): number {
  const full = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (count - 1));
  return Math.round(full / 2 + (full / 2) * random());
}

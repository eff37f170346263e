import { isOracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';

export interface RetryLimits {
  /** No new attempt starts later than this after the first, in ms. */
  readonly withinMs: number;
  /** Pause after the first failure, in ms; it doubles up to {@link maxPauseMs}. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/** A claim or key may come before Matrix has delivered the event: the backend waits 5 s a time, we come back for 15 s. */
export const CLAIM_RETRY: RetryLimits = { withinMs: 15_000, firstPauseMs: 100, maxPauseMs: 1_000 };

/** Repeats `attempt` while its error is retryable and there is time. The last error is thrown as it is. */
export async function retrying<T>(
  attempt: () => Promise<T>,
  limits: RetryLimits,
  clock: Clock,
  signal: AbortSignal,
  random: () => number = Math.random,
): Promise<T> {
  const giveUpAt = clock.now() + limits.withinMs;
  for (let pauseMs = limits.firstPauseMs; ; pauseMs = Math.min(limits.maxPauseMs, pauseMs * 2)) {
    try {
      signal.throwIfAborted();
      return await attempt();
    } catch (cause) {
      signal.throwIfAborted();
      if (!isOracleCallError(cause) || !cause.retryable) throw cause;
      // Between half and all of the pause: workers that failed together do not come back together.
      const waitMs = pauseMs * (0.5 + random() / 2);
      if (clock.now() + waitMs > giveUpAt) throw cause;
      await clock.sleep(waitMs, { signal });
    }
  }
}

import { systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';

/** Between two questions: short against any start-up, long against the cost of a request. */
const POLL_MS = 60;
/** One unanswered request must not use up the whole wait. */
const REQUEST_MS = 2000;

/** Asks `url` until it answers with a success status. Bounded by `signal` alone. */
export async function httpReady(url: string, signal: AbortSignal, clock: Clock = systemClock): Promise<void> {
  while (!(await answers(url, signal))) await clock.sleep(POLL_MS, { signal });
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

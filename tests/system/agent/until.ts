import { systemClock } from '@oracle-calls/protocol';

/** A worker on a busy machine has its processes up within this time, in ms. */
const WAIT_MAX_MS = 60_000;

/** Waits until something is true, asking every 20 ms. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string,
  maxMs = WAIT_MAX_MS,
): Promise<void> {
  const giveUpAt = systemClock.now() + maxMs;
  while (!(await isTrue())) {
    if (systemClock.now() > giveUpAt) throw new Error(`not in time: ${what}`);
    await systemClock.sleep(20);
  }
}

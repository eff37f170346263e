import { systemClock } from '@oracle-calls/protocol';

/** Whether something becomes true while it is watched. */
export async function seen(isTrue: () => boolean | Promise<boolean>, watchMs: number): Promise<boolean> {
  const until = systemClock.now() + watchMs;
  while (systemClock.now() < until) {
    if (await isTrue()) return true;
    await systemClock.sleep(50);
  }
  return false;
}

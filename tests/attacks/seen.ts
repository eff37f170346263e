import { systemClock } from '@oracle-calls/protocol';

/** How long to go on watching after nothing more is expected, in ms. */
const AFTER_MS = 1_500;

/** Whether something becomes true while it is watched; soon after `isOver` is true nobody waits any more. */
export async function seen(
  isTrue: () => boolean | Promise<boolean>,
  watchMs: number,
  isOver: () => boolean = () => false,
): Promise<boolean> {
  let until = systemClock.now() + watchMs;
  let wasOver = false;
  while (systemClock.now() < until) {
    if (await isTrue()) return true;
    if (!wasOver && isOver()) {
      wasOver = true;
      until = systemClock.now() + AFTER_MS;
    }
    await systemClock.sleep(50);
  }
  return false;
}

import { START_DELAY_VARIABLE } from './start-delay.ts';

/*
 * Preloaded into every job process (`node --import`): lets it sleep before it loads anything.
 *
 * The framework starts the next waiting process in the very moment in which the last one is given a call. Loading Node,
 * the media library and the framework takes two seconds of a core, and on two cores the call pays: measured here, the
 * earcon was sent 680–1770 ms after the job's start beside it, and 520–530 ms after it without (docs/decisions/0005).
 *
 * Blocks the thread on purpose: nothing else runs here yet, and even a clock would have to be loaded first.
 */
const delayMs = Number(process.env[START_DELAY_VARIABLE] ?? 0);
if (delayMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);

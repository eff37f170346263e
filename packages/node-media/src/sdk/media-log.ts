import { createRequire } from 'node:module';

/** The part of `rtc-node` 1.1.0 that makes its logger, beside its entry. */
const LOG_FILE = './log.cjs';

/**
 * `rtc-node` writes a log of its own to standard output, which a program's result is not to be mixed with, and offers no way to stop it.
 * What matters of it is told as notices. Does nothing when the library is put together another way.
 */
export function silenceMediaLog(): void {
  try {
    const require = createRequire(import.meta.resolve('@livekit/rtc-node'));
    const log: unknown = Reflect.get(Object(require(LOG_FILE)), 'log');
    if (typeof log === 'object' && log !== null) Reflect.set(log, 'level', 'silent');
  } catch {
    // A library without that file has another log, or none.
  }
}

import { constants } from 'node:os';
import { systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * One Ctrl-C arrives several times: from the terminal, and handed on by npm and by the script runner. What comes later
 * than this is a person's second one.
 */
const ECHO_MS = 1000;

export interface StopSignal {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  /** What shells expect of a program that the signal ended: 128 and its number. 0 before one came. */
  readonly exitCode: number;
}

/** What is needed of `process`. */
export interface SignalSource {
  on(signal: (typeof SIGNALS)[number], listener: () => void): unknown;
  exit(code: number): void;
}

/** The first signal asks to stop; a second one, a while later, exits at once (which kills what is still running). */
export function onStopSignal(
  source: SignalSource,
  onFirst: () => void,
  clock: Pick<Clock, 'now'> = systemClock,
): StopSignal {
  const controller = new AbortController();
  const requested = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  let exitCode = 0;
  for (const name of SIGNALS) {
    source.on(name, () => {
      if (firstAt === undefined) {
        firstAt = clock.now();
        exitCode = 128 + constants.signals[name];
        onFirst();
        controller.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
        requested.resolve();
      } else if (clock.now() - firstAt > ECHO_MS) {
        source.exit(exitCode);
      }
    });
  }
  return {
    signal: controller.signal,
    requested: requested.promise,
    get exitCode() {
      return exitCode;
    },
  };
}

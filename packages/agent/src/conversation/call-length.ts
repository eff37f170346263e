import type { Clock } from '@oracle-calls/protocol';
import type { TurnRules } from '../oracle/turn-settings.ts';

/** A goodbye takes this long to say, in ms, and then some. */
export const GOODBYE_MS = 6_000;

export interface CallLengthOptions {
  /** When the call ends, whatever is being said. */
  readonly endsAt: number;
  readonly rules: Pick<TurnRules, 'lengthWarningSeconds' | 'phrases'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly say: (text: string) => void;
  /** Says this instead of whatever is being said. */
  readonly sayLast: (text: string) => void;
}

/** Warns aloud before a call reaches its greatest length, and says goodbye just before it does. */
export function watchCallLength({ endsAt, rules, clock, say, sayLast }: CallLengthOptions): Disposable {
  const timers = new DisposableStack();
  const leftMs = endsAt - clock.now();
  const { lengthWarningSeconds: seconds, phrases } = rules;
  // A call that is hardly longer than its warning needs none.
  if (seconds !== 'off' && leftMs > 2 * seconds * 1000) {
    timers.use(
      clock.after(leftMs - seconds * 1000, () => say(phrases.lengthWarning.replace('{time}', spoken(seconds)))),
    );
  }
  if (leftMs > GOODBYE_MS) timers.use(clock.after(leftMs - GOODBYE_MS, () => sayLast(phrases.goodbye)));
  return timers;
}

/** A time as one says it. */
function spoken(seconds: number): string {
  if (seconds === 60) return 'one minute';
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}

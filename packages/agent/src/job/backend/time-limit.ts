import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';

/** A signal that aborts after `limitMs`, or with the given one. Dispose it when the work is done. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/** Bounds a piece of work. The limit aborts with `ERR_UPSTREAM_TIMEOUT`. */
export function timeLimit(clock: Pick<Clock, 'after'>, limitMs: number, outer?: AbortSignal): TimeLimit {
  const limit = new AbortController();
  const timer = clock.after(limitMs, () => limit.abort(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
  return {
    signal: outer === undefined ? limit.signal : AbortSignal.any([limit.signal, outer]),
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };
}

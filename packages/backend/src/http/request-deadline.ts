import type { Context, MiddlewareHandler } from 'hono';
import { OracleCallError, type Clock } from '@oracle-calls/protocol';

/** Longest time from the head of a request to its answer, in milliseconds: a wait for Matrix and two for others fit in. */
export const REQUEST_DEADLINE_MS = 20_000;

const signals = new WeakMap<Request, AbortSignal>();

/** Aborted when whoever asked has gone, or the request has taken too long. */
export function signalOf(c: Context): AbortSignal {
  return signals.get(c.req.raw) ?? c.req.raw.signal;
}

/** Answers `ERR_UPSTREAM_TIMEOUT` after `deadlineMs`, and lets go of the work by its signal. */
export function requestDeadline(clock: Clock, deadlineMs: number): MiddlewareHandler {
  return async (c, next) => {
    const deadline = new AbortController();
    signals.set(c.req.raw, AbortSignal.any([c.req.raw.signal, deadline.signal]));
    const { promise: late, reject } = Promise.withResolvers<never>();
    using _timer = clock.after(deadlineMs, () => {
      const error = new OracleCallError('ERR_UPSTREAM_TIMEOUT', 'The request took too long.');
      deadline.abort(error);
      reject(error);
    });
    await Promise.race([next(), late]);
  };
}

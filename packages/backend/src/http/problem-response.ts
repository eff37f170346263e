import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import {
  OracleCallError,
  PROBLEM_CONTENT_TYPE,
  isOracleCallError,
  toProblem,
  type Logger,
  type Problem,
} from '@oracle-calls/protocol';
import { errorFields } from '../background/error-fields.ts';

/** Seconds after which a retryable request may be made again, unless the error knows better. */
const RETRY_AFTER_S = 1;

function retryAfterOf({ details }: OracleCallError): string {
  const retryAfterMs = details['retryAfterMs'];
  return String(typeof retryAfterMs === 'number' ? Math.max(1, Math.ceil(retryAfterMs / 1_000)) : RETRY_AFTER_S);
}

/** What an error is called outside, logged once when it is a fault of our own, and the headers that go with it. */
export function settleError(c: Context, error: unknown, logger: Logger): SettledError {
  // Whoever asked has gone: the answer goes nowhere and nothing is wrong.
  const { aborted, reason } = c.req.raw.signal;
  const isGone = aborted && (error === reason || isCutOff(error));
  const known = isGone
    ? new OracleCallError('ERR_UPSTREAM_BUSY')
    : isOracleCallError(error)
      ? error
      : new OracleCallError('ERR_INTERNAL');
  const problem = toProblem(known);
  if (problem.code === 'ERR_INTERNAL') {
    logger.error('request failed', { method: c.req.method, ...errorFields(error) });
  } else if (!isGone) {
    // The route, not the path: a path may carry anything.
    logger.debug('request refused', { method: c.req.method, status: problem.status, code: problem.code });
  }
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer');
  if (problem.retryable) c.header('Retry-After', retryAfterOf(known));
  return { problem, retryAfterMs: known.details['retryAfterMs'] };
}

export interface SettledError {
  readonly problem: Problem;
  /** What the error itself knows of when to ask again. */
  readonly retryAfterMs: unknown;
}

/** Answers with the problem document of an error (RFC 9457). What is not ours becomes `ERR_INTERNAL`. */
export function problemResponse(c: Context, error: unknown, logger: Logger): Response {
  const { problem } = settleError(c, error, logger);
  c.header('Content-Type', PROBLEM_CONTENT_TYPE);
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode);
}

/** Node's error for a body whose sender has gone. */
function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

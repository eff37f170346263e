import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from '@oracle-calls/protocol';
import { API_PREFIX, ROUTES, type MatrixError } from '@oracle-calls/protocol/http';
import { settleError } from './problem-response.ts';

const PATHS = new Set([ROUTES.sfuGet, ROUTES.getToken].flatMap((path) => [path, `${API_PREFIX}${path}`]));

/** Whether a path is one whose callers read errors as Matrix's APIs write them. */
export const isMatrixPath = (path: string): boolean => PATHS.has(path);

/** The standard code of Matrix (client-server API, "Standard error response") for a status; the rest is `M_UNKNOWN`. */
const ERRCODES: Readonly<Record<number, string>> = {
  400: 'M_BAD_JSON',
  401: 'M_UNAUTHORIZED',
  403: 'M_FORBIDDEN',
  404: 'M_NOT_FOUND',
  405: 'M_UNRECOGNIZED',
  409: 'M_FORBIDDEN',
  410: 'M_NOT_FOUND',
  413: 'M_TOO_LARGE',
  429: 'M_LIMIT_EXCEEDED',
};

/** Answers with an error as Matrix writes it. Our own code stands beside theirs. */
export function matrixErrorResponse(c: Context, error: unknown, logger: Logger): Response {
  const { problem, retryAfterMs } = settleError(c, error, logger);
  const { status, code, title, detail, issues } = problem;
  const text = [detail ?? title, ...(issues ?? [])].join(' ');
  const body: MatrixError = {
    errcode: ERRCODES[status] ?? 'M_UNKNOWN',
    error: text,
    code,
    ...(typeof retryAfterMs === 'number' ? { retry_after_ms: Math.ceil(retryAfterMs) } : {}),
  };
  return c.json(body, status as ContentfulStatusCode);
}

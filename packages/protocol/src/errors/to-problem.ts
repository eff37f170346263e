import { ERROR_TABLE, type ErrorCode } from './error-table.ts';
import type { OracleCallError } from './oracle-call-error.ts';
import type { Problem } from './problem.ts';

/** Start of every problem `type`; the slug of {@link ERROR_TABLE} follows. RFC 9457 section 3.1.1 allows any URI. */
export const PROBLEM_TYPE_PREFIX = 'urn:oracle-calls:problem:';

/** Turns an error into its problem document. Errors that never cross HTTP become `ERR_INTERNAL`. */
export function toProblem(error: OracleCallError): Problem {
  const own = ERROR_TABLE[error.code];
  const code: ErrorCode = own.httpStatus === undefined ? 'ERR_INTERNAL' : error.code;
  const shown = ERROR_TABLE[code];
  const issues = error.details['issues'];
  return {
    type: PROBLEM_TYPE_PREFIX + shown.slug,
    title: shown.title,
    status: shown.httpStatus ?? 500,
    ...(code === 'ERR_INTERNAL' ? {} : { detail: error.message }),
    code,
    retryable: shown.retryable,
    ...(Array.isArray(issues) && code !== 'ERR_INTERNAL' ? { issues: [...(issues as readonly string[])] } : {}),
  };
}

import * as v from 'valibot';
import { ERROR_CODES, ERROR_TABLE, type ErrorCode } from './error-table.ts';
import { OracleCallError } from './oracle-call-error.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Start of every problem `type`; the slug of {@link ERROR_TABLE} follows. RFC 9457 section 3.1.1 allows any URI. */
export const PROBLEM_TYPE_PREFIX = 'urn:oracle-calls:problem:';

/** An RFC 9457 problem document. `code` and `retryable` are our extension members (section 3.2). */
export const problemSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.optional(v.string()),
  code: v.picklist(ERROR_CODES),
  retryable: v.boolean(),
  issues: v.optional(v.array(v.string())),
});
export type Problem = v.InferOutput<typeof problemSchema>;

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

/** Reads a problem document that a backend sent; `undefined` when it is not one. */
export function tryParseProblem(value: unknown): OracleCallError | undefined {
  const parsed = v.safeParse(problemSchema, value);
  if (!parsed.success) return undefined;
  const { code, detail, status, issues } = parsed.output;
  return new OracleCallError(code, detail, { details: { status, ...(issues ? { issues } : {}) } });
}

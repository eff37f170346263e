import { ANSWERED_CODES } from '#error-facts';
import * as v from 'valibot';
import { OracleCallError } from './oracle-call-error.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** An RFC 9457 problem document. `code` and `retryable` are our extension members (section 3.2). */
export const problemSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.optional(v.string()),
  code: v.picklist(ANSWERED_CODES),
  retryable: v.boolean(),
  issues: v.optional(v.array(v.string())),
});
export type Problem = v.InferOutput<typeof problemSchema>;

/** Reads a problem document that a backend sent; `undefined` when it is not one. */
export function tryParseProblem(value: unknown): OracleCallError | undefined {
  const parsed = v.safeParse(problemSchema, value);
  if (!parsed.success) return undefined;
  const { code, detail, status, issues } = parsed.output;
  return new OracleCallError(code, detail, { details: { status, ...(issues ? { issues } : {}) } });
}

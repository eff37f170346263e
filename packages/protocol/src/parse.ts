import * as v from 'valibot';
import type { ErrorCode } from './errors/error-table.ts';
import { OracleCallError } from './errors/oracle-call-error.ts';

/**
 * Parses a value from outside with a schema, reporting all problems together.
 * Paths are named, values never are: they may be secret.
 *
 * @throws {OracleCallError} with `code` when the value does not fit; `details.issues` lists `path: problem`.
 */
export function parseWith<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  code: ErrorCode = 'ERR_PROTOCOL_MALFORMED',
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new OracleCallError(code, undefined, { details: { issues: describeIssues(result.issues) } });
}

/** One line per issue: dotted path and what was expected. */
export function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string[] {
  return issues.map((issue) => `${v.getDotPath(issue) ?? '(root)'}: ${expectationOf(issue)} expected`);
}

/** Our schemas say in their message what they expect; valibot's own messages quote the value, so they are not used. */
function expectationOf({ message, expected, type }: v.BaseIssue<unknown>): string {
  return message.startsWith('Invalid ') ? (expected ?? type) : message;
}

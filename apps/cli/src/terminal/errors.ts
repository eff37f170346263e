import { isOracleCallError, type ErrorCode } from '@oracle-calls/protocol';
import { CommanderError } from 'commander';
import { EXIT_CODES, ReportedFailure, type ExitCode } from './exit-codes.ts';
import { jsonLine, type Output } from './output.ts';

/** What a script gets of an error under `--json`. */
export interface ErrorDocument {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly issues?: readonly string[] };
}

/** What the operating system refused, such as a folder without permission. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function issuesOf(error: unknown): readonly string[] {
  const issues = isOracleCallError(error) ? error.details['issues'] : undefined;
  return Array.isArray(issues) ? issues.map(String) : [];
}

function documentOf(error: unknown): ErrorDocument | undefined {
  if (error instanceof CommanderError) {
    // The parser's text begins as it would on a terminal, and may go on with a hint on a line of its own.
    const message = error.message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
    return { error: { code: 'ERR_CLI_USAGE', message } };
  }
  const issues = issuesOf(error);
  if (isOracleCallError(error)) {
    return { error: { code: error.code, message: error.message, ...(issues.length > 0 && { issues }) } };
  }
  return isSystemError(error) ? { error: { code: 'ERR_CLI_SYSTEM', message: error.message } } : undefined;
}

/**
 * Says what went wrong, on stderr and under `--json` as one document on stdout too. Anything that is no mistake of the user, the
 * system or the servers is a bug here and is thrown on.
 */
export function reportError(error: unknown, output: Output, isJson: boolean): ExitCode {
  if (error instanceof ReportedFailure) return EXIT_CODES.failed;
  // Help and version are printed, and then thrown.
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.ok;
  const told = documentOf(error);
  if (told === undefined) throw error;
  if (isJson) output.out(jsonLine(told));
  // The parser has written its own complaint already.
  if (error instanceof CommanderError) return EXIT_CODES.usage;
  const { code, message, issues = [] } = told.error;
  output.error(`error: ${message}${isSystemError(error) ? '' : ` (${code})`}\n`);
  for (const issue of issues) output.error(`  ${issue}\n`);
  return EXIT_CODES.failed;
}

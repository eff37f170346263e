import { createProgram } from './program.ts';
import { reportError } from './terminal/errors.ts';
import { EXIT_CODES, type ExitCode } from './terminal/exit-codes.ts';
import type { Output } from './terminal/output.ts';

export type { ExitCode } from './terminal/exit-codes.ts';
export type { Output } from './terminal/output.ts';

/** Whether the words ask for JSON; after `--` they are only words. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? undefined : end).includes('--json');
}

/** Runs one command; `args` are the words after `oracle-calls`. Never throws for what a user can do wrong. */
export async function runCommandLine(args: readonly string[], output: Output): Promise<ExitCode> {
  const program = createProgram(output);
  if (args.length === 0) {
    program.outputHelp();
    return EXIT_CODES.ok;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT_CODES.ok;
  } catch (error) {
    return reportError(error, output, asksForJson(args));
  }
}

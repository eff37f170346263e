import { isOracleCallError } from '@oracle-calls/protocol';
import { Command, CommanderError } from 'commander';
import { addKeygenCommand } from './keygen/keygen-command.ts';
import { addBackupCommands } from './backup/backup-command.ts';
import { addCallsCommand } from './calls/calls-command.ts';
import { addTrustCommand } from './trust/trust-command.ts';
import { addApiKeysCommand } from './operator/api-keys-command.ts';
import { addAuditCommand } from './operator/audit-command.ts';

/** Exit codes: 2 means that the command was not understood, 1 that it was and failed. */
export const EXIT_CODES = { ok: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Runs one command; `args` are the words after `oracle-calls`. Never throws for what a user can do wrong. */
export async function runCommandLine(args: readonly string[], output: Output): Promise<ExitCode> {
  const program = new Command('oracle-calls')
    .description('Tools for encrypted calls with AI oracles.')
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureOutput({ writeOut: output.out, writeErr: output.error })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 not understood.');
  addKeygenCommand(program, output.out);
  addTrustCommand(program, output.out);
  addApiKeysCommand(program, output.out);
  addAuditCommand(program, output.out);
  addCallsCommand(program, output.out);
  addBackupCommands(program, output);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT_CODES.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    if (isOracleCallError(error)) output.error(`error: ${error.message} (${error.code})\n`);
    else if (isSystemError(error)) output.error(`error: ${error.message}\n`);
    else throw error;
    return EXIT_CODES.failed;
  }
}

/** What the operating system refused, such as a folder without permission. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

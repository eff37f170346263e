import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addBackupCommands } from './backup/backup-command.ts';
import { addCallCommand } from './call/call-command.ts';
import { addCallsCommand } from './calls/calls-command.ts';
import { addCheckConfigCommand } from './check-config/check-config-command.ts';
import { addCompletionCommand } from './completion/completion-command.ts';
import { addConsoleCommand } from './console/console-command.ts';
import { addDoctorCommand } from './doctor/doctor-command.ts';
import { addForgetCommand } from './forget/forget-command.ts';
import { addKeygenCommand } from './keygen/keygen-command.ts';
import { addRotateKeysCommand } from './keygen/rotate-keys-command.ts';
import { addApiKeysCommand } from './operator/api-keys-command.ts';
import { addAuditCommand } from './operator/audit-command.ts';
import { addRingCommand } from './ring/ring-command.ts';
import { withExamples } from './terminal/examples.ts';
import { TEXT_COLUMNS, type Output } from './terminal/output.ts';
import { narrowed } from './terminal/wrap.ts';
import { addTrustCommand } from './trust/trust-command.ts';

/** What an option means is broken into lines of no fewer columns than this; commander's own 40 leaves narrow terminals to break words. */
const WORDS_MIN_COLUMNS = 24;

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}

/** The whole command line as commander's tree. Each command is added by a function of its own folder. */
export function createProgram(output: Output): Command {
  // Wider is not easier to read.
  const columns = Math.min(output.columns ?? TEXT_COLUMNS, TEXT_COLUMNS);
  const program = new Command('oracle-calls')
    .description('Tools for encrypted calls with AI oracles.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureHelp({ helpWidth: columns, minWidthToWrap: WORDS_MIN_COLUMNS })
    .configureOutput({
      writeOut: (page) => output.out(columns < TEXT_COLUMNS ? narrowed(page, columns) : page),
      writeErr: output.error,
      getOutHasColors: () => output.hasColour ?? false,
    });
  withExamples(program, [
    'oracle-calls keygen --help',
    'oracle-calls doctor --backend backend.json --agent agent.json',
    'source <(oracle-calls completion bash)',
  ]).addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 not understood.');
  program.commandsGroup('Set up an oracle:');
  addKeygenCommand(program, output.out);
  addCheckConfigCommand(program, output.out);
  addDoctorCommand(program, output);
  addConsoleCommand(program, output);
  program.commandsGroup('Call an oracle:');
  addCallCommand(program, output);
  addForgetCommand(program, output);
  program.commandsGroup('Call a person:');
  addRingCommand(program, output);
  program.commandsGroup('Look after one that runs:');
  addApiKeysCommand(program, output.out);
  addAuditCommand(program, output.out);
  addRotateKeysCommand(program, output.out);
  addTrustCommand(program, output.out);
  addCallsCommand(program, output.out);
  addBackupCommands(program, output);
  program.commandsGroup('This program:');
  addCompletionCommand(program, output.out);
  return program;
}

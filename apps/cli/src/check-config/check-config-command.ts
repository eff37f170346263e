import type { ConfigKind, ConfigProblem } from '@oracle-calls/oracle/configuration';
import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { ReportedFailure } from '../terminal/exit-codes.ts';
import { jsonLine } from '../terminal/output.ts';

interface CheckFlags {
  readonly backend?: string;
  readonly agent?: string;
  readonly json?: boolean;
}

interface CheckedFile {
  readonly file: string;
  readonly kind: ConfigKind;
  readonly problems: readonly ConfigProblem[];
}

const HELP = `
Every problem is told at once: the field, its line, what was found and what is
expected. Files that a configuration names must be there, readable and closed to
others. Nothing is started and no server is asked: "oracle-calls doctor" does.

Relative paths count from the folder in which this command runs, as they do for
the programs. Values are not repeated where they may be secret.`;

async function check(kind: ConfigKind, file: string): Promise<CheckedFile> {
  const { CONFIG_SCHEMAS, readConfigFile } = await import('@oracle-calls/oracle/configuration');
  const reading = await readConfigFile(CONFIG_SCHEMAS[kind], file);
  return { file, kind, problems: reading.kind === 'good' ? [] : reading.problems };
}

async function describe({ file, kind, problems }: CheckedFile): Promise<string> {
  const { describeProblem } = await import('@oracle-calls/oracle/configuration');
  if (problems.length === 0) return `${file}: a good configuration of the ${kind}.\n`;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${file}: ${count}\n${problems.map((problem) => `  ${describeProblem(problem)}\n`).join('')}`;
}

/** Adds `check-config` to the command line; `write` gets what goes to stdout. */
export function addCheckConfigCommand(program: Command, write: (text: string) => void): void {
  const command = program
    .command('check-config')
    .summary('check the configuration files, without starting anything')
    .description('Checks the configuration files of backend and agent.')
    .option('--backend <file>', 'configuration of the backend')
    .option('--agent <file>', 'configuration of the agent')
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action(async ({ backend, agent, json = false }: CheckFlags) => {
      const wanted = [
        ...(backend === undefined ? [] : [check('backend', backend)]),
        ...(agent === undefined ? [] : [check('agent', agent)]),
      ];
      if (wanted.length === 0) command.error('error: give --backend <file>, --agent <file> or both');
      const files = await Promise.all(wanted);
      write(json ? jsonLine({ files }) : (await Promise.all(files.map(describe))).join(''));
      if (files.some(({ problems }) => problems.length > 0)) throw new ReportedFailure();
    });
  withExamples(command, [
    'oracle-calls check-config --backend backend.json --agent agent.json',
    'oracle-calls check-config --agent agent.json --json',
  ]);
}

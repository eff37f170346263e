import { systemClock } from '@oracle-calls/protocol';
import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { ReportedFailure } from '../terminal/exit-codes.ts';
import { didValue, originValue, serverUrlValue, sfuUrlValue } from '../terminal/option-values.ts';
import { jsonLine, type Output } from '../terminal/output.ts';
import type { Given } from './read-installation.ts';

interface DoctorFlags extends Given {
  readonly json?: boolean;
}

const HELP = `
Looks at configuration, keys and DID document, homeserver, SFU, media (a real
connection), backend, clocks, database, versions and disk. Each check is ok, a
warning, failed or skipped, and says how to mend what it found. Run it on the
machine of the part in question, as the user that the part runs as.

It changes nothing that lasts: it signs in to the oracle's Matrix account and
out again, makes one empty room on the SFU and removes it, and asks the agent
for a sign of life without a call. No secret is printed.

Exit code 0 when nothing failed, else 1.`;

/** Adds `doctor` to the command line. */
export function addDoctorCommand(program: Command, { out, error, hasColour = false }: Output): void {
  const command = program
    .command('doctor')
    .summary('look for what is wrong with an installation, and how to mend it')
    .description('Looks for what is wrong with an installation, and says how to mend it.')
    .optionsGroup('Where the installation is told:')
    .option('--backend <file>', 'configuration of the backend')
    .option('--agent <file>', 'configuration of the agent')
    .optionsGroup('Instead of the files, or above them:')
    .option('--homeserver-url <url>', 'the homeserver', serverUrlValue)
    .option('--sfu-url <url>', 'the SFU for clients (ws or wss)', sfuUrlValue)
    .option('--sfu-api-url <url>', 'the SFU for the backend', serverUrlValue)
    .option('--sfu-key <name>', 'API key of the SFU')
    .option('--sfu-secret-file <file>', 'file with the API secret')
    .option('--backend-url <url>', 'the backend as callers reach it', serverUrlValue)
    .option('--did <did>', 'the oracle', didValue)
    .option('--resolver-url <url>', 'HTTP resolver for did:ixo', serverUrlValue)
    .option('--allow-private', 'DID documents may be on private addresses')
    .option(
      '--web-origin <origin>',
      'a page that should be able to call; again for more',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), originValue(text)],
    )
    .optionsGroup('Other:')
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action(async ({ json = false, ...given }: DoctorFlags) => {
      if (Object.keys(given).length === 0) command.error('error: give --backend <file>, --agent <file> or an address');
      const [{ examine }, { countsOf, describeResults }] = await Promise.all([
        import('./doctor.ts'),
        import('./report.ts'),
      ]);
      let done = 0;
      const results = await examine(given, {
        clock: systemClock,
        onResult: ({ id }) => {
          done += 1;
          // One line that is written over: only where somebody looks.
          if (hasColour && !json) error(`\r\u001B[Kchecked ${done}: ${id}`);
        },
      });
      if (hasColour && !json) error('\r\u001B[K');
      const counts = countsOf(results);
      out(json ? jsonLine({ ok: counts.failed === 0, counts, checks: results }) : describeResults(results, hasColour));
      if (counts.failed > 0) throw new ReportedFailure();
    });
  withExamples(command, [
    'oracle-calls doctor --backend backend.json --agent agent.json',
    'oracle-calls doctor --backend backend.json \\\n--backend-url https://calls.example.org',
    'oracle-calls doctor --sfu-url wss://sfu.example.org --sfu-key key \\\n--sfu-secret-file api.secret --json',
  ]);
}

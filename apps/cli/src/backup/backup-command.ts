import { systemClock } from '@oracle-calls/protocol';
import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { jsonLine, type Output } from '../terminal/output.ts';

interface BackupFlags {
  readonly config: string;
  readonly out: string;
  readonly passphraseFile?: string;
  readonly trustStore?: string;
  readonly json?: boolean;
}

interface RestoreFlags extends Omit<BackupFlags, 'out'> {
  readonly sameDevice?: boolean;
  readonly databaseOnly?: boolean;
  readonly force?: boolean;
}

const BACKUP_HELP = `
The file holds the account's access token and recovery key: whoever has it can
be the oracle in Matrix. Encrypt it (--passphrase-file; the age format) and keep
it apart from the machine. The oracle's own keys are the agent's and are not in
it.

With the backend stopped, the backup holds the Matrix device too. With the
backend running it holds the account's identity: a restore makes a new device
under it, which nobody has to approve.`;

const RESTORE_HELP = `
Everything is verified before anything is touched. What is there already is
refused, or with --force kept aside under another name.

--same-device goes on as the device of the backup. Only for moving a stopped
backend to another machine: never when the backend has run since the backup was
made, or its keys would be used twice.`;

function formatBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Adds `backup` and `restore` to the command line. */
export function addBackupCommands(program: Command, { out: write, error: tell }: Output): void {
  const progress = (line: string): void => tell(`${line}…\n`);
  withExamples(program.command('backup'), [
    'oracle-calls backup --config backend.json --out calls.backup \\\n--passphrase-file backup.passphrase',
  ])
    .summary('copy database and Matrix store into one file')
    .description('Copies what a backend keeps into one file, while it runs or not.')
    .requiredOption('--config <file>', "the backend's configuration")
    .requiredOption('--out <file>', 'the file to make')
    .option('--passphrase-file <file>', 'encrypt under the text of this file')
    .option('--trust-store <file>', "an agent's trustStoreFile, if it is on this machine")
    .option('--json', 'print one JSON document')
    .addHelpText('after', BACKUP_HELP)
    .action(async ({ config, out, passphraseFile, trustStore, json = false }: BackupFlags) => {
      const [{ readBackendPlaces }, { readPassphrase }, { makeBackup }] = await Promise.all([
        import('./backend-places.ts'),
        import('./passphrase.ts'),
        import('./make-backup.ts'),
      ]);
      const passphrase = await readPassphrase(passphraseFile);
      const places = await readBackendPlaces(config);
      const made = await makeBackup({
        places,
        trustStoreFile: trustStore,
        file: out,
        passphrase,
        clock: systemClock,
        progress,
      });
      const { createdAt, database, matrix, trustStore: trust } = made.manifest;
      if (passphrase === undefined) tell('Not encrypted: whoever has this file can be the oracle in Matrix.\n');
      if (json) {
        const encrypted = passphrase !== undefined;
        write(jsonLine({ file: out, bytes: made.bytes, encrypted, createdAt, database, matrix, trustStore: trust }));
        return;
      }
      write(`${out}: ${formatBytes(made.bytes)}, as of ${createdAt}\n`);
      for (const { userId, copy } of matrix) {
        write(`  ${userId}: ${copy === 'device' ? 'with its device' : 'its identity; the backend was running'}\n`);
      }
    });
  withExamples(program.command('restore'), [
    'oracle-calls restore calls.backup --config backend.json \\\n--passphrase-file backup.passphrase',
  ])
    .summary('put a backup in place')
    .description(
      'Puts database and Matrix store of a backup where the configuration says. The backend must be stopped.',
    )
    .argument('<file>', 'the backup')
    .requiredOption('--config <file>', "the backend's configuration")
    .option('--passphrase-file <file>', 'the passphrase of an encrypted backup')
    .option('--trust-store <file>', "restore the agent's trust store to this file")
    .option('--database-only', 'leave the Matrix store as it is')
    .option('--same-device', 'go on as the device of the backup; see below')
    .option('--force', 'keep what is there aside, and restore')
    .option('--json', 'print one JSON document')
    .addHelpText('after', RESTORE_HELP)
    .action(async (file: string, flags: RestoreFlags) => {
      const { config, passphraseFile, trustStore, json = false } = flags;
      const [{ readBackendPlaces }, { readPassphrase }, { restoreBackup }] = await Promise.all([
        import('./backend-places.ts'),
        import('./passphrase.ts'),
        import('./restore-backup.ts'),
      ]);
      const device = flags.sameDevice === true ? 'same' : 'fresh';
      const scope = flags.databaseOnly === true ? 'database' : 'everything';
      const { manifest, aside } = await restoreBackup({
        places: await readBackendPlaces(config),
        trustStoreFile: trustStore,
        file,
        passphrase: await readPassphrase(passphraseFile),
        scope,
        occupied: flags.force === true ? 'replace' : 'refuse',
        device,
        clock: systemClock,
        progress,
      });
      const { createdAt } = manifest;
      if (json) {
        write(jsonLine({ file, createdAt, scope, ...(scope === 'database' ? {} : { device }), aside }));
        return;
      }
      write(`Restored as of ${createdAt}. Start the backend now.\n`);
      if (scope === 'everything' && device === 'fresh') {
        write('It signs in as a new device under the same identity; nobody is warned.\n');
      }
      write('API keys revoked and calls deleted since then are back: do it again.\n');
      for (const path of aside) write(`Kept aside: ${path}\n`);
    });
}

import type { ApiKeyRecord, ApiKeyState, ApiKeys, CreatedApiKey } from '@oracle-calls/backend/operator';
import { systemClock } from '@oracle-calls/protocol';
import type { Did } from '@oracle-calls/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { didValue } from '../terminal/option-values.ts';
import { jsonLine } from '../terminal/output.ts';
import { addDatabaseCommand } from './database-option.ts';

interface KeyFlags {
  readonly database: string;
  readonly json?: boolean;
}

const HELP = `
Keys are for agents: each is good for one oracle, and only its SHA-256 is
stored. A new key is printed once and never again. A running backend sees every
change with its next request.`;

const HOUR_MS = 60 * 60_000;

/** Runs some work on the keys of a database. The backend is loaded only now: `keygen` does not wait for it. */
async function withKeys<T>(
  database: string,
  work: (keys: ApiKeys, stateOf: (key: ApiKeyRecord) => ApiKeyState) => Promise<T>,
): Promise<T> {
  const [{ ApiKeys, stateOfApiKey }, { openDatabase }] = await Promise.all([
    import('@oracle-calls/backend/operator'),
    import('./open-database.ts'),
  ]);
  await using store = await openDatabase(database);
  const keys = new ApiKeys({ store, clock: systemClock });
  return await work(keys, (key) => stateOfApiKey(key, systemClock.now()));
}

/** The one place that prints a key. */
function describeCreated({ id, oracleDid, secret }: CreatedApiKey, isJson: boolean): string {
  const key = secret.expose();
  return isJson ? jsonLine({ id, oracleDid, key }) : `Key ${id} of ${oracleDid}. It is shown this once:\n${key}\n`;
}

const instant = (at: number | undefined): string => (at === undefined ? '' : new Date(at).toISOString());

function describeList(keys: readonly ApiKeyRecord[], stateOf: (key: ApiKeyRecord) => ApiKeyState): string {
  if (keys.length === 0) return 'There are no keys.\n';
  const lines = keys.map((key) => {
    const until = key.revokedAt ?? key.expiresAt;
    const words = [key.id, stateOf(key), key.oracleDid, `made ${instant(key.createdAt)}`];
    return [...words, ...(until === undefined ? [] : [`until ${instant(until)}`])].join('  ');
  });
  return `${lines.join('\n')}\n`;
}

/** The hash is of no use to a reader and stays where it is. */
const toJson = ({ sha256: _sha256, ...key }: ApiKeyRecord, state: ApiKeyState): object => ({
  ...key,
  state,
  createdAt: instant(key.createdAt),
  ...(key.expiresAt === undefined ? {} : { expiresAt: instant(key.expiresAt) }),
  ...(key.revokedAt === undefined ? {} : { revokedAt: instant(key.revokedAt) }),
});

function parseHours(text: string): number {
  const hours = Number(text);
  if (text.trim() === '' || !(hours >= 0 && hours <= 720)) {
    throw new InvalidArgumentError('A number of hours from 0 to 720 is expected.');
  }
  return hours;
}

/** Adds `api-keys create|list|rotate|revoke` to the command line; `write` gets what goes to stdout. */
export function addApiKeysCommand(program: Command, write: (text: string) => void): void {
  const group = program.command('api-keys').summary('make, list, rotate and revoke the API keys of agents');
  group.description('Manages the API keys under which agents ask the backend.').addHelpText('after', HELP);
  const add = (name: string, summary: string, example: string): Command =>
    addDatabaseCommand(group, name, summary, example);
  withExamples(group, [
    'oracle-calls api-keys create --database calls.db --did did:ixo:my-oracle',
    'oracle-calls api-keys list --database calls.db',
  ]);

  add('create', 'make a key for an oracle; it is printed once', 'create --database calls.db --did did:ixo:my-oracle')
    .requiredOption('--did <did>', 'the oracle that the key is good for', didValue)
    .action(async ({ database, did, json = false }: KeyFlags & { readonly did: Did }) => {
      write(describeCreated(await withKeys(database, (keys) => keys.create(did)), json));
    });
  add('list', 'list keys, without the keys themselves', 'list --database calls.db --json')
    .option('--did <did>', 'of this oracle only', didValue)
    .action(async ({ database, did, json = false }: KeyFlags & { readonly did?: Did }) => {
      const text = await withKeys(database, async (keys, stateOf) => {
        const found = await keys.list(did);
        return json ? jsonLine(found.map((key) => toJson(key, stateOf(key)))) : describeList(found, stateOf);
      });
      write(text);
    });
  add(
    'rotate',
    'make a key in place of another, which stays good for a while',
    'rotate key-0123456789abcdef --database calls.db \\\n--overlap-hours 24',
  )
    .argument('<id>', 'the key to replace')
    .option('--overlap-hours <hours>', 'how long the old key stays good', parseHours, 24)
    .action(
      async (id: string, { database, json = false, overlapHours }: KeyFlags & { readonly overlapHours: number }) => {
        write(describeCreated(await withKeys(database, (keys) => keys.rotate(id, overlapHours * HOUR_MS)), json));
      },
    );
  add('revoke', 'make a key worthless at once', 'revoke key-0123456789abcdef --database calls.db')
    .argument('<id>', 'the key')
    .action(async (id: string, { database, json = false }: KeyFlags) => {
      await withKeys(database, (keys) => keys.revoke(id));
      write(json ? jsonLine({ id, state: 'revoked' }) : `Key ${id} is revoked.\n`);
    });
}

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '@oracle-calls/backend/operator';
import { parseDid } from '@oracle-calls/protocol';
import { create, extract } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run, type Run } from '../run.fixture.ts';
import { MANIFEST_FILE } from './manifest.ts';

const PASSPHRASE = 'correct horse battery staple';
const TOKEN = 'canary-access-token';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-backup-'));
  await makeBackend('live');
  await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...path: readonly string[]): string => join(folder, ...path);

/** What a backend leaves on the disk: configuration, database with one key, Matrix store. */
async function makeBackend(name: string, userId = '@oracle:localhost'): Promise<void> {
  await mkdir(at(name, 'matrix'), { recursive: true });
  await writeFile(
    at(name, 'backend.json'),
    JSON.stringify({ databaseFile: at(name, 'calls.db'), matrix: { userId, storeDir: at(name, 'matrix') } }),
  );
  await using store = await openSqliteStore(at(name, 'calls.db'));
  await store.apiKeys.add({ id: 'key-1', oracleDid: parseDid('did:ixo:oracle456'), sha256: 'a', createdAt: 1 });
  const session = { v: 1, homeserverUrl: 'http://127.0.0.1:9', userId, deviceId: 'DEVICE', hasCryptoStore: true };
  await writeFile(at(name, 'matrix', 'session.json'), JSON.stringify({ ...session, accessToken: TOKEN }));
  await writeFile(at(name, 'matrix', 'recovery.key'), 'EsTa canary recovery key');
  const crypto = new DatabaseSync(at(name, 'matrix', 'crypto.sqlite'));
  crypto.exec("create table records (value text); insert into records values ('canary key')");
  crypto.close();
}

const backUp = (...more: readonly string[]): Promise<Run> =>
  run('backup', '--config', at('live', 'backend.json'), '--out', at('calls.backup'), ...more);
const restore = (...more: readonly string[]): Promise<Run> =>
  run('restore', at('calls.backup'), '--config', at('live', 'backend.json'), ...more);
const locked = (): readonly string[] => ['--passphrase-file', at('passphrase')];

async function wipe(): Promise<void> {
  for (const name of await readdir(at('live')))
    if (name !== 'backend.json') await rm(at('live', name), { recursive: true });
}

async function keyIds(): Promise<string[]> {
  await using store = await openSqliteStore(at('live', 'calls.db'));
  return (await store.apiKeys.list()).map(({ id }) => id);
}

/** Changes what is in the archive and packs it again. */
async function tamper(change: (unpacked: string) => Promise<void>): Promise<void> {
  await mkdir(at('unpacked'));
  await extract({ cwd: at('unpacked'), file: at('calls.backup') });
  await change(at('unpacked'));
  await create({ cwd: at('unpacked'), gzip: true, file: at('calls.backup') }, await readdir(at('unpacked')));
}

async function expectRefused(command: Promise<Run>, code: string): Promise<void> {
  const { code: exitCode, stdout, stderr } = await command;
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining(`(${code})`),
  });
}

test('what was backed up comes back, on the same device when that is asked for', async () => {
  expect(await backUp()).toMatchObject({ code: 0, stdout: expect.stringContaining('with its device') });
  expect((await stat(at('calls.backup'))).mode & 0o777).toBe(0o600);
  await wipe();
  expect((await restore('--same-device')).code).toBe(0);
  expect((await stat(at('live', 'calls.db'))).mode & 0o777).toBe(0o600);
  expect(await keyIds()).toEqual(['key-1']);
  for (const name of ['session.json', 'recovery.key', 'crypto.sqlite']) {
    expect((await stat(at('live', 'matrix', name))).mode & 0o777).toBe(0o600);
  }
  expect(await readFile(at('live', 'matrix', 'session.json'), 'utf8')).toContain('"DEVICE"');
  expect((await readdir(folder)).toSorted()).toEqual(['calls.backup', 'live', 'passphrase']);
});

test('without that, the identity comes back and the device is marked to be signed out', async () => {
  await backUp();
  await wipe();
  const { stdout } = await restore();
  expect(stdout).toContain('new device under the same identity');
  expect((await readdir(at('live', 'matrix'))).toSorted()).toEqual(['recovery.key', 'retired-session.json']);
});

test('an encrypted backup shows nothing, opens with its passphrase alone, and not when it is cut off', async () => {
  const { stdout } = await backUp('--json', ...locked());
  expect(JSON.parse(stdout)).toMatchObject({
    encrypted: true,
    database: { kind: 'sqlite' },
    matrix: [{ copy: 'device' }],
  });
  expect(stdout).not.toContain(TOKEN);
  const bytes = await readFile(at('calls.backup'), 'latin1');
  expect(bytes.startsWith('age-encryption.org/v1\n')).toBe(true);
  await wipe();
  await expectRefused(restore(), 'ERR_CLI_BACKUP_PASSPHRASE');
  await writeFile(at('wrong'), 'another horse battery staple');
  await expectRefused(restore('--passphrase-file', at('wrong')), 'ERR_CLI_BACKUP_PASSPHRASE');
  await writeFile(at('short'), 'horse');
  await expectRefused(restore('--passphrase-file', at('short')), 'ERR_CLI_BACKUP_PASSPHRASE');
  const whole = await readFile(at('calls.backup'));
  await writeFile(at('calls.backup'), whole.subarray(0, -20));
  await expectRefused(restore(...locked()), 'ERR_CLI_BACKUP');
  await writeFile(at('calls.backup'), whole);
  expect(await readdir(at('live'))).toEqual(['backend.json']);
  expect(JSON.parse((await restore('--json', ...locked())).stdout)).toMatchObject({ device: 'fresh', aside: [] });
  expect(await keyIds()).toEqual(['key-1']);
});

test('a plain file in the place of an encrypted backup is refused, and so nobody else can say what is restored', async () => {
  await backUp();
  await wipe();
  await expectRefused(restore(...locked()), 'ERR_CLI_BACKUP_PASSPHRASE');
  expect(await readdir(at('live'))).toEqual(['backend.json']);
});

test('a backup that is cut off, or is none, is refused before anything is touched', async () => {
  await backUp();
  const whole = await readFile(at('calls.backup'));
  for (const broken of [whole.subarray(0, -20), whole.subarray(0, 500), 'no backup at all', '']) {
    await writeFile(at('calls.backup'), broken);
    await expectRefused(restore('--force'), 'ERR_CLI_BACKUP');
  }
  expect((await readdir(at('live'))).toSorted()).toEqual(['backend.json', 'calls.db', 'matrix']);
});

test.each([
  [
    'another byte in a file',
    (top: string) => writeFile(join(top, 'matrix', '0', 'recovery.key'), 'EsTb canary recovery key'),
  ],
  ['a file that is missing', (top: string) => rm(join(top, 'database', 'calls'))],
  ['a file that is too many', (top: string) => writeFile(join(top, 'database', 'more'), '')],
  ['no manifest', (top: string) => rm(join(top, MANIFEST_FILE))],
  ['a manifest of another kind', (top: string) => writeFile(join(top, MANIFEST_FILE), '{"format":"zip"}')],
  ['a manifest of a newer version', (top: string) => writeFile(join(top, MANIFEST_FILE), '{"version":2}')],
])('a backup with %s is refused before anything is touched', async (_words, change) => {
  await backUp();
  await tamper(change);
  await expectRefused(restore('--force'), 'ERR_CLI_BACKUP');
  expect((await readdir(at('live'))).toSorted()).toEqual(['backend.json', 'calls.db', 'matrix']);
});

test('what is there is not overwritten; with --force it is kept aside', async () => {
  await backUp();
  await expectRefused(backUp(), 'ERR_CLI_FILE_EXISTS');
  {
    await using store = await openSqliteStore(at('live', 'calls.db'));
    await store.apiKeys.add({ id: 'key-2', oracleDid: parseDid('did:ixo:oracle456'), sha256: 'b', createdAt: 2 });
  }
  await expectRefused(restore(), 'ERR_CLI_FILE_EXISTS');
  expect(await keyIds()).toEqual(['key-1', 'key-2']);
  const { aside } = JSON.parse((await restore('--force', '--json')).stdout) as { aside: string[] };
  expect(await keyIds()).toEqual(['key-1']);
  expect(aside).toHaveLength(2);
  await using old = await openSqliteStore(aside.find((path) => path.includes('calls.db')) ?? '');
  expect(await old.apiKeys.list()).toHaveLength(2);
});

test('the database alone is restored beside a Matrix store that stays', async () => {
  await backUp();
  await rm(at('live', 'calls.db'));
  expect((await restore('--database-only')).code).toBe(0);
  expect(await keyIds()).toEqual(['key-1']);
  expect((await readdir(at('live', 'matrix'))).toSorted()).toEqual(['crypto.sqlite', 'recovery.key', 'session.json']);
});

test('a store that is in use gives its identity only, and is not restored over', async () => {
  const open = new DatabaseSync(at('live', 'matrix', 'crypto.sqlite'));
  open.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;');
  try {
    expect((await backUp()).stdout).toContain('its identity; the backend was running');
    await expectRefused(restore('--force'), 'ERR_MATRIX_STORE_IN_USE');
  } finally {
    open.close();
  }
  await wipe();
  await expectRefused(restore('--same-device'), 'ERR_CLI_BACKUP');
  expect((await restore()).code).toBe(0);
});

test('a backup is not restored as another account or into another kind of database', async () => {
  await backUp();
  await makeBackend('other', '@other:localhost');
  await expectRefused(
    run('restore', at('calls.backup'), '--config', at('other', 'backend.json'), '--force'),
    'ERR_CLI_BACKUP',
  );
  const url = at('database.url');
  await writeFile(url, 'postgres://oracle:secret@127.0.0.1:9/calls');
  const matrix = { userId: '@oracle:localhost', storeDir: at('elsewhere') };
  await writeFile(at('postgres.json'), JSON.stringify({ databaseUrlFile: url, matrix }));
  await expectRefused(run('restore', at('calls.backup'), '--config', at('postgres.json')), 'ERR_CLI_BACKUP');
});

test('an agent’s trust store goes along when it is named', async () => {
  const trust = at('trust.db');
  const database = new DatabaseSync(trust);
  database.exec("create table users (did text); insert into users values ('did:ixo:alice')");
  database.close();
  await backUp('--trust-store', trust);
  await wipe();
  await rm(trust);
  expect((await restore('--trust-store', trust)).code).toBe(0);
  const restored = new DatabaseSync(trust);
  expect(restored.prepare('select did from users').all()).toEqual([{ did: 'did:ixo:alice' }]);
  restored.close();
  expect((await stat(trust)).mode & 0o777).toBe(0o600);
});

test('a configuration or a store that is not there is an error, and makes no file', async () => {
  expect((await run('backup', '--config', at('none.json'), '--out', at('x'))).code).toBe(1);
  await rm(at('live', 'matrix', 'recovery.key'));
  await expectRefused(backUp(), 'ERR_MATRIX_STORE');
  await rm(at('live', 'matrix', 'session.json'));
  await expectRefused(backUp(), 'ERR_MATRIX_STORE');
  expect((await readdir(folder)).toSorted()).toEqual(['live', 'passphrase']);
  expect((await run('backup', '--config', at('live', 'backend.json'))).code).toBe(2);
});

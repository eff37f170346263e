import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '@oracle-calls/backend/operator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run, type Run } from '../run.fixture.ts';

const DID = 'did:ixo:oracle456';
const OTHER_DID = 'did:ixo:oracle789';

let folder: string;
let database: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-operator-'));
  database = join(folder, 'calls.db');
  await (await openSqliteStore(database)).close();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const keys = (...args: readonly string[]): Promise<Run> => run('api-keys', ...args, '--database', database);

async function create(did: string = DID): Promise<{ readonly id: string; readonly key: string }> {
  const { code, stdout } = await keys('create', '--did', did, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout) as { id: string; key: string };
}

const list = async (...args: readonly string[]): Promise<Record<string, unknown>[]> =>
  JSON.parse((await keys('list', '--json', ...args)).stdout) as Record<string, unknown>[];

test('a key is printed when it is made, and never again', async () => {
  const { stdout } = await keys('create', '--did', DID);
  const [, id = '', secret = ''] =
    /^Key (key-[0-9a-f]{16}) of did:ixo:oracle456\..*\n(oca_[\w-]{43})\n$/.exec(stdout) ?? [];
  expect(secret).not.toBe('');
  const later = [await keys('list'), await keys('list', '--json'), await run('audit', '--database', database)];
  for (const { code, stdout: text } of later) {
    expect(code).toBe(0);
    expect(text).toContain(id);
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/[0-9a-f]{64}/);
  }
});

test('keys are listed by oracle, with what became of them', async () => {
  const [one, other] = [await create(), await create(OTHER_DID)];
  const rotated = await keys('rotate', one.id, '--overlap-hours', '1', '--json');
  const fresh = JSON.parse(rotated.stdout) as { id: string; key: string };
  expect(fresh.key).toMatch(/^oca_/);
  expect((await keys('revoke', other.id)).stdout).toBe(`Key ${other.id} is revoked.\n`);
  expect(await list()).toMatchObject([
    { id: one.id, state: 'expiring', replacedBy: fresh.id, oracleDid: DID },
    { id: other.id, state: 'revoked', oracleDid: OTHER_DID },
    { id: fresh.id, state: 'good', oracleDid: DID },
  ]);
  expect(await list('--did', OTHER_DID)).toHaveLength(1);
  const lines = (await keys('list')).stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^key-\S+ {2}expiring {2}did:ixo:oracle456 {2}made \S+Z {2}until \S+Z$/);
});

test('an overlap of nothing ends the old key at once', async () => {
  const { id } = await create();
  expect((await keys('rotate', id, '--overlap-hours', '0')).code).toBe(0);
  expect(await list()).toMatchObject([{ id, state: 'expired' }, { state: 'good' }]);
});

test('the audit log tells what was done, latest last, as lines or as JSON', async () => {
  const { id } = await create();
  await keys('revoke', id);
  const { stdout } = await run('audit', '--database', database);
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^\\S+Z {2}api-key-create {2}ok {2}${id} {2}${DID} {2}operator$`)) as string,
    expect.stringMatching(new RegExp(`^\\S+Z {2}api-key-revoke {2}ok {2}${id} {2}${DID} {2}operator$`)) as string,
  ]);
  const last = await run('audit', '--database', database, '--limit', '1', '--json');
  expect(JSON.parse(last.stdout)).toMatchObject([{ action: 'api-key-revoke', keyId: id, oracleDid: DID }]);
  const none = await run('audit', '--database', database, '--since', '2999-01-01T00:00:00Z');
  expect(none).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a key that is not there is an error with its code', async () => {
  for (const verb of ['rotate', 'revoke']) {
    const { code, stderr, stdout } = await keys(verb, 'key-0');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('(ERR_CLI_API_KEY)');
  }
});

test('a database that is not there is not made by mistake', async () => {
  const missing = join(folder, 'typo.db');
  for (const args of [['api-keys', 'create', '--did', DID], ['api-keys', 'list'], ['audit']]) {
    const { code, stderr } = await run(...args, '--database', missing);
    expect(code).toBe(1);
    expect(stderr).toContain('(ERR_CLI_DATABASE)');
  }
  expect(existsSync(missing)).toBe(false);
});

test.each([
  [['create'], 2],
  [['create', '--did', 'oracle'], 2],
  [['rotate', 'key-0', '--overlap-hours', '-1'], 2],
  [['rotate', 'key-0', '--overlap-hours', '721'], 2],
  [['rotate', 'key-0', '--overlap-hours', 'long'], 2],
  [['rotate'], 2],
  [['destroy', 'key-0'], 2],
])('api-keys %o is not done: exit code %i', async (args, code) => {
  expect((await keys(...args)).code).toBe(code);
  expect(await list()).toEqual([]);
});

test.each([
  ['--limit', '0'],
  ['--limit', 'all'],
  ['--since', 'yesterday'],
])('audit %s %s is not understood', async (...flag) => {
  expect((await run('audit', '--database', database, ...flag)).code).toBe(2);
});

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BearerSecret } from '@oracle-calls/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ORACLE } from '../js-sdk/context.fixture.ts';
import { newSession, readSession, writeSession } from './account-session.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'oracle-calls-session-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'session.json');

test('a session is read back as it was written', async () => {
  const session = { ...newSession('http://hs', ORACLE, true), accessToken: new BearerSecret('token', 'test') };
  await writeSession(folder, session);
  const read = await readSession(folder);
  expect(read).toMatchObject({ homeserverUrl: 'http://hs', userId: ORACLE, deviceId: session.deviceId });
  expect(read?.accessToken?.expose()).toBe('token');
  expect(read?.storageKey?.expose()).toEqual(session.storageKey?.expose());
  expect(read?.hasCryptoStore).toBe(false);
});

test('the file is readable by its owner alone, also where one with other rights was', async () => {
  await writeFile(`${file()}.tmp`, '', { mode: 0o644 });
  await writeFile(file(), '', { mode: 0o644 });
  await writeSession(folder, newSession('http://hs', ORACLE, true));
  expect((await stat(file())).mode & 0o777).toBe(0o600);
});

test('a new session has its own device and, unless the operator brings one, its own storage key', () => {
  const [one, two] = [newSession('http://hs', ORACLE, true), newSession('http://hs', ORACLE, false)];
  expect(one.deviceId).toMatch(/^ORACLE_[0-9A-F]{16}$/);
  expect(one.deviceId).not.toBe(two.deviceId);
  expect(one.storageKey?.length).toBe(32);
  expect(two.storageKey).toBeUndefined();
});

test('no file is no session', async () => {
  await expect(readSession(folder)).resolves.toBeUndefined();
});

test.each([
  ['torn', '{"v":1,"accessToken":"canary-tok'],
  ['empty', ''],
  ['of another version', '{"v":2}'],
  ['without a device', `{"v":1,"homeserverUrl":"h","userId":"${ORACLE}"}`],
  ['of nobody', '{"v":1,"homeserverUrl":"h","userId":"oracle","deviceId":"D"}'],
  ['with a short storage key', `{"v":1,"homeserverUrl":"h","userId":"${ORACLE}","deviceId":"D","storageKey":"AAAA"}`],
])('a file that is %s is refused, and the error says nothing of its content', async (_name, text) => {
  await writeFile(file(), text);
  const error: unknown = await readSession(folder).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 'ERR_MATRIX_STORE' });
  expect(error).not.toHaveProperty('cause');
  expect(String(error)).not.toContain('canary');
});

test('secrets do not show when a session is printed', async () => {
  const session = { ...newSession('http://hs', ORACLE, true), accessToken: new BearerSecret('canary-token', 'test') };
  await writeSession(folder, session);
  expect(await readFile(file(), 'utf8')).toContain('canary-token');
  expect(JSON.stringify(session)).not.toContain('canary-token');
  expect(JSON.stringify(session)).not.toContain(Buffer.from(session.storageKey?.expose() ?? []).toString('base64url'));
});

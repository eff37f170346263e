import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BearerSecret, SecretBytes, type MatrixEventId } from '@oracle-calls/protocol';
import { openMatrixAccount, type MatrixAccountOptions } from '@oracle-calls/matrix/node';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHomeserverProxy } from './matrix/homeserver-proxy.ts';
import {
  CALL_TYPE,
  Collected,
  joinWhenInvited,
  MatrixScene,
  newTransaction,
  type Person,
} from './matrix/matrix-scene.ts';

let scene: MatrixScene;
beforeAll(async () => void (scene = await MatrixScene.open()));
afterAll(() => scene[Symbol.asyncDispose]());

const open = (person: Person, more: Partial<MatrixAccountOptions> = {}) =>
  openMatrixAccount({
    homeserverUrl: scene.synapse.baseUrl,
    userId: person.userId,
    password: new BearerSecret(person.password, 'test password'),
    storeDir: scene.storeDir(person),
    retryPolicy: { attempts: 2, baseDelayMs: 10, maxDelayMs: 10, maxRetryAfterMs: 10 },
    ...more,
  });

async function session(person: Person): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = JSON.parse(
    await readFile(join(scene.storeDir(person), 'session.json'), 'utf8'),
  );
  return content;
}

/** As a store that was written before syncs were kept. */
function forgetSync(person: Person): void {
  const store = new DatabaseSync(join(scene.storeDir(person), 'crypto.sqlite'));
  for (const table of ['databases', 'records']) {
    const column = table === 'databases' ? 'name' : 'database';
    expect(store.prepare(`DELETE FROM ${table} WHERE ${column} LIKE '%::sync'`).run().changes).toBeGreaterThan(0);
  }
  store.close();
}

const devicesSchema = v.object({ devices: v.array(v.object({ device_id: v.string() })) });

/** The devices that we made; registering an account makes one as well. */
async function devicesOf(person: Person): Promise<string[]> {
  const token = String((await session(person))['accessToken']);
  const { devices } = v.parse(devicesSchema, await scene.api('GET', '/devices', { token }));
  return devices.map(({ device_id: deviceId }) => deviceId).filter((deviceId) => deviceId.startsWith('ORACLE_'));
}

it('logs in once and stays one device, with files that only their owner may read', async () => {
  const oracle = await scene.person('oracle');
  const first = await open(oracle);
  expect(first.isSyncing()).toBe(true);
  await first.close();
  expect(first.isSyncing()).toBe(false);
  const { deviceId, accessToken } = await session(oracle);
  // The password is not needed any more, and so not looked at.
  const second = await open(oracle, { password: new BearerSecret('another', 'test password') });
  await second.close();
  expect(await session(oracle)).toMatchObject({ deviceId, accessToken, hasCryptoStore: true });
  expect(await devicesOf(oracle)).toHaveLength(1);
  const folder = scene.storeDir(oracle);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  for (const name of await readdir(folder))
    expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
});

it('holds what came while it was closed for the first listener', async () => {
  const oracle = await scene.person('oracle');
  await using alice = await scene.openApp(await scene.person('alice'));
  const before = await open(oracle);
  const joining = joinWhenInvited(before);
  using seenBefore = new Collected(before);
  const room = await alice.port.findOrCreateRoom(oracle.userId);
  const first = await alice.port.sendEvent(room, CALL_TYPE, { n: 1 }, newTransaction(oracle));
  await seenBefore.until(first);
  joining[Symbol.dispose]();
  await before.close();
  // More than a homeserver sends of a room by itself.
  const missed: MatrixEventId[] = [];
  for (let n = 2; n <= 16; n++) {
    missed.push(await alice.port.sendEvent(room, CALL_TYPE, { n }, newTransaction(oracle)));
  }
  await using after = await open(oracle);
  using seen = new Collected(after);
  for (const [i, eventId] of missed.entries()) {
    await expect(seen.until(eventId)).resolves.toMatchObject({ content: { n: i + 2 } });
  }
});

it('asks the homeserver for what came since it was closed, not for everything anew', async () => {
  const oracle = await scene.person('oracle');
  await using proxy = await startHomeserverProxy(scene.synapse.baseUrl);
  const firstSync = (): string | undefined => proxy.seen.find(({ path }) => path.includes('/sync?'))?.path;
  await (await open(oracle, { homeserverUrl: proxy.baseUrl })).close();
  expect(firstSync()).not.toContain('since=');
  const before = proxy.seen.length;
  await (await open(oracle, { homeserverUrl: proxy.baseUrl })).close();
  const again = proxy.seen.slice(before).find(({ path }) => path.includes('/sync?'))?.path;
  expect(again).toContain('since=s');
});

it('keeps its recovery key although the homeserver repeats a first sync from before there was one', async () => {
  const oracle = await scene.person('oracle');
  const keyFile = join(scene.storeDir(oracle), 'recovery.key');
  await (await open(oracle)).close();
  const key = await readFile(keyFile, 'utf8');
  forgetSync(oracle);
  await using proxy = await startHomeserverProxy(scene.synapse.baseUrl);
  const { promise: looked, resolve: hasLooked } = Promise.withResolvers<void>();
  const repeated: string[] = [];
  proxy.interfere = ({ path }) => {
    if (path.includes('/account_data/m.secret_storage.default_key')) hasLooked();
    if (!path.includes('/sync?')) return undefined;
    if (path.includes('since=')) return { kind: 'hold', until: looked };
    return { kind: 'rewrite', rewrite: (body) => (repeated.push(body), body) };
  };
  await (await open(oracle, { homeserverUrl: proxy.baseUrl })).close();
  expect(repeated[0]).not.toContain('m.secret_storage.default_key');
  expect(await readFile(keyFile, 'utf8')).toBe(key);
});

it('refuses a token that the homeserver has forgotten, and makes no new device', async () => {
  const oracle = await scene.person('oracle');
  await (await open(oracle)).close();
  const before = await session(oracle);
  await scene.api('POST', '/logout', { body: {}, token: String(before['accessToken']) });
  await expect(open(oracle)).rejects.toMatchObject({ code: 'ERR_MATRIX_SESSION' });
  expect(await session(oracle)).toEqual(before);
});

it('is not syncing any more once the token is withdrawn while it runs', async () => {
  const oracle = await scene.person('oracle');
  await using account = await open(oracle);
  await scene.api('POST', '/logout', { body: {}, token: String((await session(oracle))['accessToken']) });
  await expect.poll(() => account.isSyncing(), { timeout: 20_000 }).toBe(false);
  await expect(account.requestOpenIdToken()).rejects.toMatchObject({ code: 'ERR_MATRIX_SESSION' });
});

it('refuses a wrong password, and the right one still gives one device afterwards', async () => {
  const oracle = await scene.person('oracle');
  const password = new BearerSecret('wrong', 'test password');
  await expect(open(oracle, { password })).rejects.toMatchObject({ code: 'ERR_AUTH_INVALID' });
  await (await open(oracle)).close();
  expect(await devicesOf(oracle)).toHaveLength(1);
});

it('refuses a store that lost half of itself', async () => {
  const oracle = await scene.person('oracle');
  await (await open(oracle)).close();
  const folder = scene.storeDir(oracle);
  await rm(join(folder, 'crypto.sqlite'));
  await expect(open(oracle)).rejects.toMatchObject({ code: 'ERR_MATRIX_STORE' });

  const other = await scene.person('oracle');
  await (await open(other)).close();
  await rm(join(scene.storeDir(other), 'session.json'));
  await expect(open(other)).rejects.toMatchObject({ code: 'ERR_MATRIX_STORE' });
});

it('refuses the store of somebody else', async () => {
  const [oracle, other] = [await scene.person('oracle'), await scene.person('other')];
  await (await open(oracle)).close();
  const storeDir = scene.storeDir(oracle);
  await expect(open(other, { storeDir })).rejects.toMatchObject({ code: 'ERR_MATRIX_STORE' });
});

it('stays the same device when its homeserver answers at another address', async () => {
  const oracle = await scene.person('oracle');
  await (await open(oracle)).close();
  const before = await session(oracle);
  await using proxy = await startHomeserverProxy(scene.synapse.baseUrl);
  await using account = await open(oracle, { homeserverUrl: proxy.baseUrl });
  expect(account.isSyncing()).toBe(true);
  const after = await session(oracle);
  expect([after['deviceId'], after['accessToken']]).toEqual([before['deviceId'], before['accessToken']]);
  expect(proxy.seen.some(({ path }) => path.includes('/login'))).toBe(false);
});

it('a new device whose keys reach the homeserver after its signature is signed all the same', async () => {
  const oracle = await scene.person('oracle');
  const recoveryKeyFile = join(scene.folder, `${oracle.name}.recovery.key`);
  await (await open(oracle, { recoveryKeyFile })).close();
  await rm(scene.storeDir(oracle), { recursive: true });
  await using proxy = await startHomeserverProxy(scene.synapse.baseUrl);
  const { promise: signed, resolve: isSigned } = Promise.withResolvers<void>();
  const answers: string[] = [];
  proxy.interfere = ({ path }) => {
    if (path.includes('/keys/upload')) return { kind: 'hold', until: signed };
    if (!path.includes('/keys/signatures/upload')) return undefined;
    const rewrite = (body: string): string => {
      answers.push(body);
      isSigned();
      return body;
    };
    return { kind: 'rewrite', rewrite };
  };
  await using account = await open(oracle, { recoveryKeyFile, homeserverUrl: proxy.baseUrl });
  expect(account.isSyncing()).toBe(true);
  // Synapse says so, and the SDK does not listen.
  expect(answers[0]).toContain('M_NOT_FOUND');
  expect(answers.at(-1)).toBe('{"failures":{}}');
});

it('opens a store only with the storage key that made it', async () => {
  const oracle = await scene.person('oracle');
  using storageKey = SecretBytes.random(32, 'test storage key');
  using wrongKey = SecretBytes.random(32, 'test storage key');
  await (await open(oracle, { storageKey })).close();
  expect(await session(oracle)).not.toHaveProperty('storageKey');
  await expect(open(oracle, { storageKey: wrongKey })).rejects.toMatchObject({ code: 'ERR_MATRIX_STORE' });
  await expect(open(oracle)).rejects.toMatchObject({ code: 'ERR_MATRIX_STORE' });
  await using again = await open(oracle, { storageKey });
  expect(again.isSyncing()).toBe(true);
});

it('gives up on a homeserver that is not there, and when told to', async () => {
  const oracle = await scene.person('oracle');
  const absent = { homeserverUrl: 'http://127.0.0.1:9' };
  await expect(open(oracle, absent)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
  const reason = new Error('shutting down');
  await expect(open(oracle, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  // Nothing stayed open: the store is free for the next.
  await rm(scene.storeDir(oracle), { recursive: true });
  await (await open(oracle)).close();
});

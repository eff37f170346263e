import { BearerSecret } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { createStoreKey, type KeptSession } from './kept-session.ts';
import { SessionVault } from './session-vault.ts';
import type { VaultRecord, VaultStore } from './vault-store.ts';

const CANARY = 'syt_canary_access';
const REFRESH_CANARY = 'syr_canary_refresh';

const session = (): KeptSession => ({
  homeserverUrl: 'http://127.0.0.1:8008',
  userId: '@alice:localhost',
  deviceId: 'DEVICE',
  accessToken: new BearerSecret(CANARY, 'access token'),
  refreshToken: new BearerSecret(REFRESH_CANARY, 'refresh token'),
  expiresAt: 5,
  storeKey: createStoreKey(),
});

class MemoryStore implements VaultStore {
  kept: unknown;
  read = () => Promise.resolve(this.kept);
  write = (record: VaultRecord) => Promise.resolve(void (this.kept = record));
  forget = () => Promise.resolve(void (this.kept = undefined));

  get record(): VaultRecord {
    return this.kept as VaultRecord;
  }
}

test('a session that was kept is found again until it is forgotten', async () => {
  const vault = new SessionVault(new MemoryStore());
  const kept = session();
  await vault.write(kept);
  const found = await vault.read();
  expect(found).toMatchObject({ userId: kept.userId, deviceId: 'DEVICE', expiresAt: 5 });
  expect(found?.accessToken.expose()).toBe(CANARY);
  expect(found?.refreshToken?.expose()).toBe(REFRESH_CANARY);
  expect(found?.storeKey.expose()).toEqual(kept.storeKey.expose());
  await vault.forget();
  await expect(vault.read()).resolves.toBeUndefined();
});

test('nothing that is kept holds a secret in the clear, and the key cannot be taken out', async () => {
  const store = new MemoryStore();
  await new SessionVault(store).write(session());
  const text = new TextDecoder('latin1').decode(store.record.sealed);
  for (const canary of [CANARY, REFRESH_CANARY, '@alice']) expect(text).not.toContain(canary);
  expect(store.record.key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', store.record.key)).rejects.toThrow();
});

test('each seal has an initialisation vector of its own, under the same key', async () => {
  const store = new MemoryStore();
  const vault = new SessionVault(store);
  await vault.write(session());
  const first = store.record;
  await vault.write(session());
  expect(store.record.key).toBe(first.key);
  expect(store.record.iv).not.toEqual(first.iv);
});

test('a seal that was changed, and one of another key, open to nothing', async () => {
  const [store, other] = [new MemoryStore(), new MemoryStore()];
  const vault = new SessionVault(store);
  await vault.write(session());
  await new SessionVault(other).write(session());
  const { record } = store;
  store.kept = { ...record, sealed: other.record.sealed };
  await expect(vault.read()).resolves.toBeUndefined();
  store.kept = record;
  const bytes = new Uint8Array(record.sealed);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await expect(vault.read()).resolves.toBeUndefined();
});

test.each([undefined, null, 'text', {}, { key: 1, iv: 2, sealed: 3 }])(
  'what does not look like a record (%j) is none',
  async (kept) => {
    const store = new MemoryStore();
    store.kept = kept;
    await expect(new SessionVault(store).read()).resolves.toBeUndefined();
  },
);

import { silentLogger } from '@oracle-calls/protocol';
import { createUserDid, type UserDid } from '@oracle-calls/protocol/did';
import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { createIndexedDbUserDidStore, type UserDidStore } from './user-did-store.ts';
import { createOwnUserDid } from './user-did.ts';

const logger = silentLogger;

test("a user's did:key is made once and found again by a later page, with a key that cannot be exported", async () => {
  const factory = new IDBFactory();
  const first = createOwnUserDid({
    userId: '@alice:x',
    store: createIndexedDbUserDidStore(factory),
    create: createUserDid,
    logger,
  });
  const did = await first();
  expect(did).toMatch(/^did:key:z6Mk/);
  const store = createIndexedDbUserDidStore(factory);
  const again = createOwnUserDid({
    userId: '@alice:x',
    store,
    create: () => expect.unreachable('nothing new is made'),
    logger,
  });
  expect(await again()).toBe(did);
  expect((await store.get('@alice:x'))?.keyPair.privateKey.extractable).toBe(false);
});

test('two accounts of one browser have two DIDs', async () => {
  const store = createIndexedDbUserDidStore(new IDBFactory());
  const of = (userId: string) => createOwnUserDid({ userId, store, create: createUserDid, logger })();
  expect(await of('@alice:x')).not.toBe(await of('@bob:x'));
});

test('two tabs that start together end up with one DID', async () => {
  const store = createIndexedDbUserDidStore(new IDBFactory());
  const tab = () => createOwnUserDid({ userId: '@alice:x', store, create: createUserDid, logger })();
  const [one, other] = await Promise.all([tab(), tab()]);
  expect(one).toBe(other);
});

test('a browser that keeps nothing still has a DID for the page', async () => {
  const broken: UserDidStore = {
    get: () => Promise.reject(new Error('private mode')),
    add: () => Promise.reject(new Error('private mode')),
  };
  const userDid = createOwnUserDid({ userId: '@alice:x', store: broken, create: createUserDid, logger });
  const did = await userDid();
  expect(await userDid()).toBe(did);
});

test('a failure to make a DID is told and tried again at the next call', async () => {
  let made: UserDid | undefined;
  const userDid = createOwnUserDid({
    userId: '@alice:x',
    store: undefined,
    create: async () => {
      if (made === undefined) {
        made = await createUserDid();
        throw new Error('no Ed25519');
      }
      return made;
    },
    logger,
  });
  await expect(userDid()).rejects.toThrow('no Ed25519');
  expect(await userDid()).toMatch(/^did:key:/);
});

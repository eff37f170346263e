import { silentLogger } from '@oracle-calls/protocol';
import { createUserDid, type UserDid } from '@oracle-calls/protocol/did';
import { createKeyPairSigner } from '@oracle-calls/protocol/signing';
import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { createIndexedDbUserDidStore, type UserDidStore } from './user-did-store.ts';
import { createOwnSigner, type OwnSignerOptions } from './user-did.ts';

const signerOf = (options: Partial<OwnSignerOptions>) =>
  createOwnSigner({
    userId: '@alice:x',
    store: undefined,
    create: createUserDid,
    toSigner: (keyPair) => createKeyPairSigner(keyPair),
    logger: silentLogger,
    ...options,
  });

test("a user's did:key is made once and found again by a later page, with a key that cannot be exported", async () => {
  const factory = new IDBFactory();
  const { did } = await signerOf({ store: createIndexedDbUserDidStore(factory) })();
  expect(did).toMatch(/^did:key:z6Mk/);
  const store = createIndexedDbUserDidStore(factory);
  const again = signerOf({ store, create: () => expect.unreachable('nothing new is made') });
  expect((await again()).did).toBe(did);
  expect((await store.get('@alice:x'))?.keyPair.privateKey.extractable).toBe(false);
});

test('what it signs is valid for its DID', async () => {
  const signer = await signerOf({})();
  expect(signer.methodId).toBe(`${signer.did}#${signer.did.slice('did:key:'.length)}`);
  expect(await signer.sign(new Uint8Array(8))).toHaveLength(64);
});

test('two accounts of one browser have two DIDs', async () => {
  const store = createIndexedDbUserDidStore(new IDBFactory());
  const didOf = async (userId: string) => (await signerOf({ userId, store })()).did;
  expect(await didOf('@alice:x')).not.toBe(await didOf('@bob:x'));
});

test('two tabs that start together end up with one DID', async () => {
  const store = createIndexedDbUserDidStore(new IDBFactory());
  const [one, other] = await Promise.all([signerOf({ store })(), signerOf({ store })()]);
  expect(one.did).toBe(other.did);
});

test('a browser that keeps nothing still has a DID for the page', async () => {
  const broken: UserDidStore = {
    get: () => Promise.reject(new Error('private mode')),
    add: () => Promise.reject(new Error('private mode')),
  };
  const signer = signerOf({ store: broken });
  expect((await signer()).did).toBe((await signer()).did);
});

test('a failure to make a DID is told and tried again at the next call', async () => {
  let made: UserDid | undefined;
  const signer = signerOf({
    create: async () => {
      if (made === undefined) {
        made = await createUserDid();
        throw new Error('no Ed25519');
      }
      return made;
    },
  });
  await expect(signer()).rejects.toThrow('no Ed25519');
  expect((await signer()).did).toMatch(/^did:key:/);
});

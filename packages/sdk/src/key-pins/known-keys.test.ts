import { SecretBytes, silentLogger, type Did } from '@oracle-calls/protocol';
import { signKeyRotation } from '@oracle-calls/protocol/key-pin';
import { createRawKeySigner, type CallSigner } from '@oracle-calls/protocol/signing';
import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { createIndexedDbKeyPins, FallingBackKeyPins, MemoryKeyPins, type KeyPinStore } from './key-pin-store.ts';
import type { KeptKeys, ShownKeys } from './key-rules.ts';
import { KnownKeys } from './known-keys.ts';

const did = 'did:ixo:oracle456' as Did;
const ALICE = '@alice:x';

interface Party {
  readonly signer: CallSigner;
  readonly shown: ShownKeys;
}

/** An oracle with keys of its own, as its document shows them. */
function party(name: string): Party {
  const privateKey = SecretBytes.random(32, 'identity');
  const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey, name: { did, methodId: `${did}#${name}` } });
  const { methodId, algorithm, publicKey } = signer;
  const envelopeKey = {
    methodId: `${did}#envelope`,
    suite: 'hpke-x25519',
    publicKey: crypto.getRandomValues(new Uint8Array(32)),
  } as const;
  const identityKey = { methodId, algorithm, publicKey };
  const keys = { did, envelopeKey, identityKey, areIndependent: true, offersXWing: false };
  return { signer, shown: { did, keys, keyRotations: [], matrixUserId: '@oracle:x' } };
}

const [first, second, third] = [party('a'), party('b'), party('c')];
const presented = ({ shown: { keys } }: Party) => ({
  did,
  signingKey: keys.identityKey,
  envelopeKey: keys.envelopeKey,
});
const toSecond = await signKeyRotation(first.signer, { sequence: 1, issuedAt: 1, next: presented(second) });
const rotated: ShownKeys = { ...second.shown, keyRotations: [toSecond] };
const unlike = { identityKey: 'aa', envelopeKey: undefined, matrixUserId: undefined };
const changed = expect.objectContaining({ code: 'ERR_KEY_CHANGED' });

test('keys are first contact once, then the same, also for a later page', async () => {
  const factory = new IDBFactory();
  const page = () => new KnownKeys(createIndexedDbKeyPins(factory, ALICE));
  expect(await page().judge(first.shown)).toMatchObject({ keyState: 'first-contact', previous: undefined });
  expect(await page().judge(first.shown)).toMatchObject({ keyState: 'same' });
  expect(page().areKept).toBe(true);
});

test('two accounts of one browser have pins of their own', async () => {
  const factory = new IDBFactory();
  await new KnownKeys(createIndexedDbKeyPins(factory, ALICE)).judge(first.shown);
  const bob = new KnownKeys(createIndexedDbKeyPins(factory, '@bob:x'));
  expect(await bob.judge(second.shown)).toMatchObject({ keyState: 'first-contact' });
});

test('looking keeps nothing: the call that follows is still the first contact, or the one that shows the rotation', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  expect(await known.look(first.shown)).toMatchObject({ keyState: 'first-contact' });
  const { current } = await known.judge(first.shown);
  expect(await known.look(rotated)).toMatchObject({ keyState: 'rotated' });
  const judged = await known.judge(rotated);
  expect(judged).toMatchObject({ keyState: 'rotated', previous: current });
  expect(judged.current).not.toEqual(current);
  expect(await known.judge(rotated)).toMatchObject({ keyState: 'same', current: judged.current });
});

test('a rotation takes the verification away: nobody has compared the new keys', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  await known.judge(first.shown);
  await known.setVerified(did, true);
  expect(await known.judge(first.shown)).toMatchObject({ kept: { isVerified: true } });
  expect(await known.judge(rotated)).toMatchObject({ keyState: 'rotated', kept: { isVerified: false } });
});

test('a change without a word is refused with both fingerprints, and what was pinned stays pinned', async () => {
  const known = new KnownKeys(createIndexedDbKeyPins(new IDBFactory(), ALICE));
  const { current } = await known.judge(first.shown);
  await known.setVerified(did, true);
  await expect(known.judge(second.shown)).rejects.toMatchObject({
    code: 'ERR_KEY_CHANGED',
    details: { wasVerified: true, pinnedIdentityKey: current.identityKey, pinnedEnvelopeKey: current.envelopeKey },
  });
  expect(await known.judge(first.shown)).toMatchObject({ keyState: 'same', kept: { isVerified: true } });
});

test('a person can accept changed keys: they are pinned unverified, and the old ones are the change then', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  const before = await known.judge(first.shown);
  await known.setVerified(did, true);
  const accepted = await known.accept(second.shown);
  expect(accepted).toMatchObject({ previous: before.current, kept: { isVerified: false } });
  expect(await known.judge(second.shown)).toMatchObject({ keyState: 'same', current: accepted.current });
  await expect(known.judge(first.shown)).rejects.toThrow(changed);
});

test('a person accepts what was shown, not what came later', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  await known.judge(first.shown);
  const { current: expected } = await new KnownKeys(new MemoryKeyPins()).look(second.shown);
  const { current: later } = await new KnownKeys(new MemoryKeyPins()).look(third.shown);
  // The refusal says what is shown by now, so that deciding again is about these keys and not about any.
  await expect(known.accept(third.shown, expected)).rejects.toMatchObject({
    code: 'ERR_KEY_CHANGED',
    details: { shownIdentityKey: later.identityKey, shownEnvelopeKey: later.envelopeKey },
  });
  expect(await known.accept(second.shown, expected)).toMatchObject({ current: expected });
});

test('a rotation that was published when a person accepted cannot bring its keys back', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  await known.judge(first.shown);
  const withOld = { ...third.shown, keyRotations: [toSecond] };
  await known.accept(withOld);
  expect(await known.judge(withOld)).toMatchObject({ keyState: 'same' });
  await expect(known.judge(rotated)).rejects.toThrow(changed);
});

test('keys that nobody has seen, or others than those compared, cannot be marked', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  await expect(known.setVerified(did, true)).rejects.toThrow(changed);
  const compared = await known.judge(first.shown);
  await known.accept(second.shown);
  await expect(known.setVerified(did, true, compared.kept)).rejects.toThrow(changed);
  expect(await known.judge(second.shown)).toMatchObject({ kept: { isVerified: false } });
});

test.each([
  ['nonsense', 'nonsense'],
  ['a pin without its mark', { pin: {} }],
  ['an account that is none', { pin: { v: 1 }, matrixUserId: 1, isVerified: true }],
  ['a pin of other keys', { pin: { v: 2 }, isVerified: true }],
])('%s in the storage is not the same as never seen, until a person decides', async (_what, kept) => {
  const store = new MemoryKeyPins();
  await store.update(did, () => kept);
  const known = new KnownKeys(store);
  const { current } = await new KnownKeys(new MemoryKeyPins()).look(first.shown);
  await expect(known.judge(first.shown)).rejects.toMatchObject({
    code: 'ERR_KEY_CHANGED',
    details: { wasVerified: false, pinnedIdentityKey: '', shownIdentityKey: current.identityKey },
  });
  expect(await known.accept(first.shown, current)).toMatchObject({ previous: undefined });
  expect(await known.judge(first.shown)).toMatchObject({ keyState: 'same' });
});

const elsewhere = (shown: ShownKeys): ShownKeys => ({ ...shown, matrixUserId: '@other:x' });

test('another Matrix account beside the same keys is refused with both accounts, and stays so', async () => {
  const known = new KnownKeys(createIndexedDbKeyPins(new IDBFactory(), ALICE));
  await known.judge(first.shown);
  for (const judge of [() => known.look(elsewhere(first.shown)), () => known.judge(elsewhere(first.shown))]) {
    await expect(judge()).rejects.toMatchObject({
      code: 'ERR_KEY_CHANGED',
      details: { pinnedMatrixUserId: '@oracle:x', shownMatrixUserId: '@other:x' },
    });
  }
  expect(await known.judge(first.shown)).toMatchObject({ keyState: 'same', current: { matrixUserId: '@oracle:x' } });
});

test('a rotation of the keys says nothing of the account', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  await known.judge(first.shown);
  await expect(known.judge(elsewhere(rotated))).rejects.toThrow(changed);
  expect(await known.judge(rotated)).toMatchObject({ previous: { matrixUserId: '@oracle:x' } });
});

test('a person can accept another account, the one that was shown; keys that were compared stay so', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  const { current } = await known.judge(first.shown);
  await known.setVerified(did, true);
  await expect(known.accept(elsewhere(first.shown), current)).rejects.toMatchObject({
    details: { shownMatrixUserId: '@other:x', wasVerified: true },
  });
  const expected = { ...current, matrixUserId: '@other:x' };
  expect(await known.accept(elsewhere(first.shown), expected)).toMatchObject({ previous: current, current: expected });
  expect(await known.judge(elsewhere(first.shown))).toMatchObject({ keyState: 'same', kept: { isVerified: true } });
  await expect(known.judge(first.shown)).rejects.toThrow(changed);
});

test('comparing a code forgets no account', async () => {
  const known = new KnownKeys(new MemoryKeyPins());
  await known.judge(first.shown);
  await known.setVerified(did, true);
  await expect(known.judge(elsewhere(first.shown))).rejects.toThrow(changed);
});

test('what was kept before accounts were pinned learns the one that is shown, once, and nothing else changes', async () => {
  const store = createIndexedDbKeyPins(new IDBFactory(), ALICE);
  const known = new KnownKeys(store);
  await known.judge(first.shown);
  await known.setVerified(did, true);
  const withoutAccount = (kept: unknown): unknown => {
    const { pin, isVerified } = kept as KeptKeys;
    return { pin, isVerified };
  };
  await store.update(did, withoutAccount);
  await expect(known.judge(second.shown)).rejects.toMatchObject({ details: { pinnedMatrixUserId: '' } });
  expect(await known.judge(first.shown)).toMatchObject({ keyState: 'same', kept: { isVerified: true } });
  await expect(known.judge(elsewhere(first.shown))).rejects.toThrow(changed);
});

test('a storage that fails gives way to pins for the page, which says so', async () => {
  const broken: KeyPinStore = {
    isDurable: true,
    get: () => Promise.reject(new Error('private mode')),
    update: () => Promise.reject(new Error('private mode')),
  };
  const known = new KnownKeys(new FallingBackKeyPins(broken, silentLogger));
  expect(known.areKept).toBe(true);
  expect(await known.look(first.shown)).toMatchObject({ keyState: 'first-contact' });
  expect(known.areKept).toBe(false);
  await known.judge(first.shown);
  await expect(known.judge(second.shown)).rejects.toThrow(changed);
  const without = new KnownKeys(new FallingBackKeyPins(undefined, silentLogger));
  await without.judge(first.shown);
  expect(await without.judge(first.shown)).toMatchObject({ keyState: 'same' });
  expect(without.areKept).toBe(false);
});

/** A storage that a test can break. */
function breakable(): { readonly store: KeyPinStore; state: 'works' | 'broken' } {
  const inner = createIndexedDbKeyPins(new IDBFactory(), ALICE);
  const orFail = <T>(work: () => Promise<T>): Promise<T> =>
    storage.state === 'works' ? work() : Promise.reject(new Error('quota'));
  const storage: ReturnType<typeof breakable> = {
    state: 'works',
    store: {
      isDurable: true,
      get: (asked) => orFail(() => inner.get(asked)),
      update: (asked, change) => orFail(() => inner.update(asked, change)),
    },
  };
  return storage;
}

test.each([
  ['read', (known: KnownKeys) => known.look(first.shown)],
  ['written', (known: KnownKeys) => known.judge(first.shown)],
  ['asked for keys that it refused', (known: KnownKeys) => known.accept(first.shown, unlike).catch(() => undefined)],
])('a storage that was %s and fails then makes no known oracle a first contact', async (_what, use) => {
  const storage = breakable();
  const known = new KnownKeys(new FallingBackKeyPins(storage.store, silentLogger));
  await use(known);
  storage.state = 'broken';
  const away = { code: 'ERR_KEY_STORE_AWAY', retryable: true };
  for (const act of [
    () => known.look(second.shown),
    () => known.judge(second.shown),
    () => known.setVerified(did, true),
  ]) {
    await expect(act()).rejects.toMatchObject(away);
  }
  expect(known.areKept).toBe(true);
  storage.state = 'works';
  await known.judge(first.shown);
  await expect(known.judge(second.shown)).rejects.toThrow(changed);
});

test('a refusal is no failure of the storage: the pin stays, and so does the refusal', async () => {
  const store = new FallingBackKeyPins(createIndexedDbKeyPins(new IDBFactory(), ALICE), silentLogger);
  const known = new KnownKeys(store);
  await known.judge(first.shown);
  await expect(known.judge(second.shown)).rejects.toThrow(changed);
  await expect(known.judge(second.shown)).rejects.toThrow(changed);
  expect(known.areKept).toBe(true);
});

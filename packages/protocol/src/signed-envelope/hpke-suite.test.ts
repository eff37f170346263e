import { KEM_DHKEM_X25519_HKDF_SHA256 as nobleKem } from '@panva/hpke-noble';
import { KEM_DHKEM_X25519_HKDF_SHA256 as platformKem } from 'hpke';
import { afterEach, expect, test, vi } from 'vitest';
import { createX25519KeyPair } from '../envelope/x25519-key.ts';
import { createCallKey } from '../call-key/call-key.ts';
import { createHpkeSuite, pickKem } from './hpke-suite.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const platform = createHpkeSuite(() => Promise.resolve(platformKem));
const noble = createHpkeSuite(() => Promise.resolve(nobleKem));
const { privateKey, publicKey } = createX25519KeyPair();
const callKey = createCallKey();
const hash = new Uint8Array(32).fill(5);

test.each([
  ['the platform', 'JavaScript', platform, noble],
  ['JavaScript', 'the platform', noble, platform],
])('what X25519 of %s seals, that of %s opens', async (_sealer, _opener, sealer, opener) => {
  const sealed = await sealer.seal(callKey, publicKey, hash);
  expect((await opener.tryOpen(sealed, privateKey, hash))?.expose()).toEqual(callKey.expose());
  expect(await opener.tryOpen(sealed, privateKey, new Uint8Array(32))).toBeUndefined();
});

test('where the platform has X25519 it is used', async () => {
  expect(await pickKem()).toBe(platformKem);
});

test('where it has none, the one in JavaScript is', async () => {
  vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('no X25519', 'NotSupportedError'));
  expect(await pickKem()).toBe(nobleKem);
});

test('any other failure of the platform is not taken for a lack', async () => {
  vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('broken', 'OperationError'));
  await expect(pickKem()).rejects.toThrow();
});

test.each([platform, noble])('nothing is sealed to a key of small order or of another length', async (suite) => {
  const unsupported = expect.objectContaining({ code: 'ERR_ENVELOPE_UNSUPPORTED' });
  await expect(suite.seal(callKey, new Uint8Array(32), hash)).rejects.toThrow(unsupported);
  await expect(suite.seal(callKey, new Uint8Array(31), hash)).rejects.toThrow(unsupported);
});

test.each([platform, noble])('an encapsulated key of small order does not open', async (suite) => {
  const { ciphertext } = await suite.seal(callKey, publicKey, hash);
  expect(await suite.tryOpen({ encapsulatedKey: new Uint8Array(32), ciphertext }, privateKey, hash)).toBeUndefined();
});

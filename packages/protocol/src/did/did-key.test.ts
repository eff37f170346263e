import { afterEach, expect, test, vi } from 'vitest';
import { hexToBytes } from '@noble/hashes/utils.js';
import { base58 } from '@scure/base';
import { createUserDid, didKeyOf, multikeyOf } from './did-key.ts';
import { createDidResolver } from './did-resolver.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test("a user's DID is the did:key of its Ed25519 key", async () => {
  const { did, keyPair } = await createUserDid();
  expect(did).toMatch(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/);
  const { didDocument } = await createDidResolver().resolve(did);
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', keyPair.publicKey));
  expect(didDocument?.id).toBe(did);
  expect(didDocument?.verificationMethod?.[0]?.publicKeyBase58).toBe(base58.encode(raw));
});

test('the private key signs and cannot be exported', async () => {
  const { keyPair } = await createUserDid();
  const message = new TextEncoder().encode('hello');
  const signature = await crypto.subtle.sign('Ed25519', keyPair.privateKey, message);
  expect(await crypto.subtle.verify('Ed25519', keyPair.publicKey, signature, message)).toBe(true);
  expect(keyPair.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('pkcs8', keyPair.privateKey)).rejects.toThrow(/extractable/);
});

test('two users have two DIDs', async () => {
  expect((await createUserDid()).did).not.toBe((await createUserDid()).did);
});

test('a platform without Ed25519 is refused', async () => {
  vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(new DOMException('no', 'NotSupportedError'));
  await expect(createUserDid()).rejects.toThrow(expect.objectContaining({ code: 'ERR_DID_UNSUPPORTED' }));
});

// The first test vectors of the did:key method, one of each curve.
test.each([
  [
    'ed25519',
    '2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6',
    'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  ],
  [
    'secp256k1',
    '03874c15c7fda20e539c6e5ba573c139884c351188799f5458b4b41f7924f235cd',
    'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme',
  ],
] as const)('%s %s is %s', (curve, hex, did) => {
  const key = hexToBytes(hex);
  expect(didKeyOf(curve, key)).toBe(did);
  expect(`did:key:${multikeyOf(curve, key)}`).toBe(did);
});

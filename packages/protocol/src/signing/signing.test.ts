import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../byte-layout/byte-strings.ts';
import { readUserSigningKey } from '../did/call-keys.ts';
import { parseDid } from '../did/did.ts';
import { createUserDid } from '../did/did-key.ts';
import { createDidResolver } from '../did/did-resolver.ts';
import { SecretBytes } from '../secret-bytes.ts';
import type { CallSigner } from './call-signer.ts';
import { createKeyPairSigner } from './key-pair-signer.ts';
import { createRawKeySigner } from './raw-key-signer.ts';
import { parseSigningPublicKey } from './signing-key.ts';
import { isSignatureValid } from './verify-signature.ts';

const message = new TextEncoder().encode('oracle-calls test\nhello');
const raw = (algorithm: 'Ed25519' | 'ES256K'): CallSigner =>
  createRawKeySigner({ algorithm, privateKey: SecretBytes.random(32, 'key') });
const unsupported = expect.objectContaining({ code: 'ERR_ENVELOPE_UNSUPPORTED' });

describe.each<[string, () => Promise<CallSigner>]>([
  ['a WebCrypto key pair', async () => createKeyPairSigner((await createUserDid()).keyPair)],
  ['a raw Ed25519 key', () => Promise.resolve(raw('Ed25519'))],
  ['a raw secp256k1 key', () => Promise.resolve(raw('ES256K'))],
])('%s', async (_name, create) => {
  const signer = await create();
  const signature = await signer.sign(message);

  test('signs with 64 bytes that are valid for its key', () => {
    expect(signature).toHaveLength(64);
    expect(isSignatureValid({ ...signer, message, signature })).toBe(true);
  });

  test('signs as a did:key whose document has that key, under that name, for signing', async () => {
    const { didDocument } = await createDidResolver().resolve(signer.did);
    if (didDocument === null) throw new Error('no document');
    const { methodId, algorithm, publicKey } = signer;
    expect(readUserSigningKey(didDocument, methodId)).toEqual({ methodId, algorithm, publicKey });
  });

  test('a flipped bit in message, signature or key is not valid', () => {
    const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
      const changed = bytes.slice();
      const index = Math.floor(bit / 8) % changed.length;
      changed[index] = (changed[index] ?? 0) ^ (1 << (bit % 8));
      return changed;
    };
    fc.assert(
      fc.property(fc.constantFrom('message', 'signature', 'publicKey'), fc.nat(10_000), (part, bit) => {
        const good = { algorithm: signer.algorithm, publicKey: signer.publicKey, message, signature };
        expect(isSignatureValid({ ...good, [part]: flip(good[part as 'message'], bit) })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test.each([0, 63, 65])('a signature of %i bytes is not valid', (length) => {
    const cut = concatBytes(signature, signature).slice(0, length);
    expect(isSignatureValid({ ...signer, message, signature: cut })).toBe(false);
  });

  test('a key of another algorithm is not valid', () => {
    const algorithm = signer.algorithm === 'Ed25519' ? 'ES256K' : 'Ed25519';
    expect(isSignatureValid({ ...signer, algorithm, message, signature })).toBe(false);
  });
});

test('a signer may have the name of another DID, when the name fits', async () => {
  const { keyPair } = await createUserDid();
  const name = { did: parseDid('did:ixo:alice'), methodId: 'did:ixo:alice#key-1' };
  expect(await createKeyPairSigner(keyPair, name)).toMatchObject(name);
  const misnamed = { ...name, methodId: 'did:ixo:mallory#key-1' };
  await expect(createKeyPairSigner(keyPair, misnamed)).rejects.toThrow(TypeError);
  const privateKey = SecretBytes.random(32, 'key');
  expect(() => createRawKeySigner({ algorithm: 'Ed25519', privateKey, name: misnamed })).toThrow(TypeError);
});

test('a key pair of another kind is refused', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  await expect(createKeyPairSigner(pair)).rejects.toThrow(TypeError);
});

test.each(['Ed25519', 'ES256K'] as const)('a raw %s key of another length is refused', (algorithm) => {
  const privateKey = SecretBytes.random(31, 'short');
  expect(() => createRawKeySigner({ algorithm, privateKey })).toThrow(unsupported);
});

test('a destroyed key signs no more', async () => {
  const privateKey = SecretBytes.random(32, 'key');
  const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey });
  privateKey.destroy();
  await expect(signer.sign(message)).rejects.toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
});

test('the upper twin of an ECDSA signature is not valid', async () => {
  const signer = raw('ES256K');
  const signature = await signer.sign(message);
  const { r, s } = secp256k1.Signature.fromBytes(signature);
  const twin = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toBytes('compact');
  // The control: mathematically it is a signature.
  expect(secp256k1.verify(twin, message, signer.publicKey, { lowS: false })).toBe(true);
  expect(isSignatureValid({ ...signer, message, signature: twin })).toBe(false);
});

/** y = 1: the identity, and an encoding of it that is not canonical. */
const IDENTITY = Uint8Array.of(1, ...new Uint8Array(31));
const NOT_CANONICAL = hexToBytes(`ee${'ff'.repeat(30)}7f`);

test('an Ed25519 key of small order, with which one signature fits every message, is refused', () => {
  const signature = concatBytes(IDENTITY, new Uint8Array(32));
  const options = { algorithm: 'Ed25519', publicKey: IDENTITY, message, signature } as const;
  // The control: the looser rules accept it.
  expect(ed25519.verify(signature, message, IDENTITY, { zip215: true })).toBe(true);
  expect(isSignatureValid(options)).toBe(false);
  expect(() => parseSigningPublicKey('Ed25519', IDENTITY)).toThrow(unsupported);
});

test('an Ed25519 S beyond the order is not valid', async () => {
  const signer = raw('Ed25519');
  const signature = await signer.sign(message);
  const s = BigInt(`0x${bytesToHex(signature.slice(32).toReversed())}`) + ed25519.Point.Fn.ORDER;
  const twin = concatBytes(signature.slice(0, 32), hexToBytes(s.toString(16).padStart(64, '0')).toReversed());
  expect(isSignatureValid({ ...signer, message, signature: twin })).toBe(false);
});

test.each([
  ['one that is not canonical', NOT_CANONICAL],
  ['one off the curve', Uint8Array.of(2, ...new Uint8Array(31))],
  ['a short one', new Uint8Array(31)],
])('of Ed25519 keys %s is refused', (_name, key) => {
  expect(() => parseSigningPublicKey('Ed25519', key)).toThrow(unsupported);
});

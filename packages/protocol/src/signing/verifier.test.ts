import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect, test } from 'vitest';
import { ed25519Pair, es256kPair, fixedBytes, flipBit } from '../handshake/call.fixture.ts';
import { createEd25519Verifier } from './ed25519.ts';
import { createEs256kVerifier } from './es256k.ts';
import { SIGNATURE_BYTES } from './signing-key.ts';

const message = fixedBytes('message');

test.each([
  ['Ed25519', ed25519Pair('key'), ed25519Pair('other')],
  ['ES256K', es256kPair('key'), es256kPair('other')],
])('%s: a signature counts for its key and message alone', async (algorithm, { signer, verifier }, other) => {
  const signature = new Uint8Array(await signer.sign(message));
  expect([signer.algorithm, verifier.algorithm]).toEqual([algorithm, algorithm]);
  expect(signature).toHaveLength(SIGNATURE_BYTES);
  expect(await verifier.verify(message, signature)).toBe(true);
  expect(await verifier.verify(flipBit(message, 3), signature)).toBe(false);
  expect(await other.verifier.verify(message, signature)).toBe(false);
  for (let bit = 0; bit < SIGNATURE_BYTES * 8; bit += 37) {
    expect(await verifier.verify(message, flipBit(signature, bit))).toBe(false);
  }
  for (const length of [0, 63, 65]) expect(await verifier.verify(message, new Uint8Array(length))).toBe(false);
});

test('Ed25519 is verified strictly: no s above the order, no key of small order', async () => {
  const { signer, verifier } = ed25519Pair('key');
  const signature = new Uint8Array(await signer.sign(message));
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  // s + order is the same number to a verifier that does not look (RFC 8032, section 5.1.7).
  let carry = signature.slice(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  const malleable = Uint8Array.from(signature);
  for (let index = 32; index < 64; index++, carry >>= 8n) malleable[index] = Number(carry & 0xffn);
  expect(await verifier.verify(message, malleable)).toBe(false);
  // The identity as key and R, and s = 0: valid for every message to a verifier that allows it, as ZIP 215 does.
  const identity = new Uint8Array(32);
  identity[0] = 1;
  const forged = new Uint8Array(64);
  forged[0] = 1;
  expect(ed25519.verify(forged, message, identity, { zip215: true })).toBe(true);
  expect(await createEd25519Verifier(identity).verify(message, forged)).toBe(false);
});

test('ES256K takes only the lower s', async () => {
  const { signer, verifier } = es256kPair('key');
  const signature = new Uint8Array(await signer.sign(message));
  const { r, s } = secp256k1.Signature.fromBytes(signature);
  const order = secp256k1.Point.Fn.ORDER;
  expect(s <= order / 2n).toBe(true);
  const highS = new Uint8Array(new secp256k1.Signature(r, order - s).toBytes('compact'));
  const publicKey = secp256k1.getPublicKey(fixedBytes('key'));
  expect(secp256k1.verify(highS, message, publicKey, { lowS: false })).toBe(true);
  expect(await verifier.verify(message, highS)).toBe(false);
});

test('a public key that is none verifies nothing', async () => {
  const signature = new Uint8Array(SIGNATURE_BYTES).fill(1);
  for (const create of [createEd25519Verifier, createEs256kVerifier]) {
    for (const key of [new Uint8Array(0), new Uint8Array(32).fill(255), new Uint8Array(33)]) {
      expect(await create(key).verify(message, signature)).toBe(false);
    }
  }
});

import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect, test } from 'vitest';
import { SecretBytes } from '../secret-bytes.ts';
import { createOracleKeyPair, parsePublicKey, publicKeyOf } from './secp256k1-key.ts';

const unsupported = expect.objectContaining({ code: 'ERR_ENVELOPE_UNSUPPORTED' });

test('a fresh pair belongs together and differs from the next', () => {
  const pair = createOracleKeyPair();
  expect(pair.publicKey).toEqual(publicKeyOf(pair.privateKey));
  expect(pair.publicKey).toHaveLength(33);
  expect(createOracleKeyPair().publicKey).not.toEqual(pair.publicKey);
});

test('both forms of a point give the compressed one', () => {
  const { publicKey } = createOracleKeyPair();
  const uncompressed = secp256k1.Point.fromBytes(publicKey).toBytes(false);
  expect(uncompressed).toHaveLength(65);
  expect(parsePublicKey(uncompressed)).toEqual(publicKey);
  expect(parsePublicKey(publicKey)).toEqual(publicKey);
});

const point = secp256k1.Point.BASE;
const offCurve = point.toBytes(false);
offCurve[64] = (offCurve[64] ?? 0) ^ 1;

test.each([
  ['nothing', new Uint8Array()],
  ['32 bytes, as of another curve', new Uint8Array(32).fill(2)],
  ['64 bytes without the marker', point.toBytes(false).subarray(1)],
  ['66 bytes', Uint8Array.of(...point.toBytes(false), 0)],
  ['the point at infinity', new Uint8Array(33)],
  ['a hybrid marker', Uint8Array.of(0x06, ...point.toBytes(false).subarray(1))],
  ['a private key padded to 33 bytes', Uint8Array.of(0x00, ...new Uint8Array(32).fill(1))],
  ['a point off the curve', offCurve],
])('%s is no public key', (_name, bytes) => {
  expect(() => parsePublicKey(bytes)).toThrow(unsupported);
});

const ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';

test.each([
  ['zero', '00'.repeat(32)],
  ["the group's order", ORDER],
  ['above the order', 'ff'.repeat(32)],
  ['31 bytes', '01'.repeat(31)],
])('%s is no private key', (_name, hex) => {
  expect(() => publicKeyOf(new SecretBytes(Buffer.from(hex, 'hex'), 'bad'))).toThrow(unsupported);
});

import { x25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { SecretBytes } from '../secret-bytes.ts';
import { createX25519KeyPair, parseX25519PublicKey, x25519PublicKeyOf } from './x25519-key.ts';

const unsupported = expect.objectContaining({ code: 'ERR_ENVELOPE_UNSUPPORTED' });

test('a fresh pair belongs together and differs from the next', () => {
  const { privateKey, publicKey } = createX25519KeyPair();
  expect(x25519PublicKeyOf(privateKey)).toEqual(publicKey);
  expect(parseX25519PublicKey(publicKey)).toEqual(publicKey);
  expect(x25519.getPublicKey(privateKey.expose())).toEqual(publicKey);
  expect(createX25519KeyPair().publicKey).not.toEqual(publicKey);
});

// The answer is that of pyca/cryptography 50.
test('a known private key gives its known public key', () => {
  const privateKey = hexToBytes('77076d0a7318a57d3c16c17251b26645df4c6a2ec1122f3df0fb37a3fe4a0d6b');
  expect(bytesToHex(x25519PublicKeyOf(new SecretBytes(privateKey, 'published')))).toBe(
    '5745ad64e3c51b84105c27fc4daed3f3db5dc6a27bf4b55d4e3477ab44be5208',
  );
});

test.each([
  ['zero', new Uint8Array(32)],
  ['one', Uint8Array.of(1, ...new Uint8Array(31))],
  ['a point of order eight', hexToBytes('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')],
  ['31 bytes', new Uint8Array(31).fill(9)],
  ['33 bytes', new Uint8Array(33).fill(9)],
])('%s is no public key to seal to', (_name, bytes) => {
  expect(() => parseX25519PublicKey(bytes)).toThrow(unsupported);
});

test('a private key of another length is refused', () => {
  expect(() => x25519PublicKeyOf(SecretBytes.random(31, 'short'))).toThrow(unsupported);
});

import { expect, test } from 'vitest';
import { fixedEntropy, flipBit } from '../handshake/call.fixture.ts';
import {
  createXWingKeyPair,
  decapsulateXWing,
  encapsulateXWing,
  X_WING_ENCAPSULATION_BYTES,
  X_WING_PUBLIC_KEY_BYTES,
  X_WING_SHARED_SECRET_BYTES,
} from './x-wing.ts';

const unusable = expect.objectContaining({ code: 'ERR_HANDSHAKE_EPHEMERAL' });

test('both ends arrive at the same secret, with the lengths of the draft', () => {
  const { publicKey, seed } = createXWingKeyPair();
  const { encapsulation, sharedSecret } = encapsulateXWing(publicKey);
  expect(publicKey).toHaveLength(X_WING_PUBLIC_KEY_BYTES);
  expect(encapsulation).toHaveLength(X_WING_ENCAPSULATION_BYTES);
  expect(sharedSecret).toHaveLength(X_WING_SHARED_SECRET_BYTES);
  expect(decapsulateXWing(encapsulation, seed).expose()).toEqual(sharedSecret.expose());
});

test('every pair and every encapsulation is fresh, unless the entropy is the same', () => {
  expect(createXWingKeyPair().publicKey).not.toEqual(createXWingKeyPair().publicKey);
  const { publicKey } = createXWingKeyPair(fixedEntropy('pair'));
  expect(createXWingKeyPair(fixedEntropy('pair')).publicKey).toEqual(publicKey);
  expect(encapsulateXWing(publicKey).encapsulation).not.toEqual(encapsulateXWing(publicKey).encapsulation);
});

test('a changed encapsulation gives another secret: it is for the key confirmation to notice', () => {
  const { publicKey, seed } = createXWingKeyPair();
  const { encapsulation, sharedSecret } = encapsulateXWing(publicKey);
  for (const bit of [0, 1087 * 8, 1088 * 8, 1119 * 8]) {
    expect(decapsulateXWing(flipBit(encapsulation, bit), seed).expose()).not.toEqual(sharedSecret.expose());
  }
});

test('what is no key or encapsulation is refused', () => {
  const { publicKey, seed } = createXWingKeyPair();
  for (const length of [0, 32, X_WING_PUBLIC_KEY_BYTES - 1, X_WING_PUBLIC_KEY_BYTES + 1]) {
    expect(() => encapsulateXWing(new Uint8Array(length))).toThrow(unusable);
    expect(() => decapsulateXWing(new Uint8Array(length), seed)).toThrow(unusable);
  }
  const outOfRange = Uint8Array.from(publicKey);
  // Two ML-KEM coefficients of 4095: above q - 1 = 3328 (FIPS 203, section 7.2).
  outOfRange.fill(0xff, 0, 3);
  expect(() => encapsulateXWing(outOfRange)).toThrow(unusable);
});

test('an X25519 part of small order is refused', () => {
  const { publicKey, seed } = createXWingKeyPair();
  const smallOrder = Uint8Array.from(publicKey);
  smallOrder.fill(0, X_WING_PUBLIC_KEY_BYTES - 32);
  expect(() => encapsulateXWing(smallOrder)).toThrow(unusable);
  const { encapsulation } = encapsulateXWing(publicKey);
  encapsulation.fill(0, X_WING_ENCAPSULATION_BYTES - 32);
  expect(() => decapsulateXWing(encapsulation, seed)).toThrow(unusable);
});

test('the seed does not print, and is of no use once destroyed', () => {
  const { seed, publicKey } = createXWingKeyPair();
  const { encapsulation } = encapsulateXWing(publicKey);
  expect(String(seed)).toBe('[SecretBytes X-Wing seed]');
  seed.destroy();
  expect(() => decapsulateXWing(encapsulation, seed)).toThrow();
});

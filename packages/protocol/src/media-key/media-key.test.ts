import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSfuRoomName } from '../call-id.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { CALL_KEY_BYTES, createCallKey, deriveMediaKey, MEDIA_KEY_BYTES } from './media-key.ts';

test('a call key is 32 random bytes', () => {
  expect(createCallKey()).toHaveLength(CALL_KEY_BYTES);
  expect(createCallKey().expose()).not.toEqual(createCallKey().expose());
});

test("the derivation is Node's HKDF for any key", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const room = createSfuRoomName();
      const expected = hkdfSync('sha256', bytes, room, 'oracle-calls v1 media oracle-to-user', MEDIA_KEY_BYTES);
      const derived = deriveMediaKey(new SecretBytes(bytes, 'test'), room, 'oracle-to-user');
      expect(derived.expose()).toEqual(new Uint8Array(expected));
    }),
    { numRuns: 40 },
  );
});

test('the two directions, two rooms and two calls have different keys', () => {
  const [key, otherKey] = [createCallKey(), createCallKey()];
  const [room, otherRoom] = [createSfuRoomName(), createSfuRoomName()];
  const keys = [
    deriveMediaKey(key, room, 'user-to-oracle'),
    deriveMediaKey(key, room, 'oracle-to-user'),
    deriveMediaKey(key, otherRoom, 'user-to-oracle'),
    deriveMediaKey(otherKey, room, 'user-to-oracle'),
  ].map((derived) => Buffer.from(derived.expose()).toString('hex'));
  expect(new Set(keys).size).toBe(keys.length);
});

test('deriving leaves the call key as it was', () => {
  const key = createCallKey();
  const before = Uint8Array.from(key.expose());
  deriveMediaKey(key, createSfuRoomName(), 'user-to-oracle');
  expect(key.expose()).toEqual(before);
});

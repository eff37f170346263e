import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/media-keys.json' with { type: 'json' };
import { parseSfuRoomName } from '../call-id.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { deriveMediaKey, type MediaDirection } from './media-key.ts';

test.each(vectors.keys)('$name', ({ callKeyHex, sfuRoomName, direction, mediaKeyHex }) => {
  const callKey = new SecretBytes(hexToBytes(callKeyHex), 'published test vector');
  const derived = deriveMediaKey(callKey, parseSfuRoomName(sfuRoomName), direction as MediaDirection);
  expect(bytesToHex(derived.expose())).toBe(mediaKeyHex);
});

test('no two of the vectors share a key', () => {
  expect(vectors.keys.length).toBeGreaterThanOrEqual(10);
  expect(new Set(vectors.keys.map(({ mediaKeyHex }) => mediaKeyHex)).size).toBe(vectors.keys.length);
});

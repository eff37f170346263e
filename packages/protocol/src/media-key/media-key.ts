import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { SfuRoomName } from '../call-id.ts';
import { SecretBytes } from '../secret-bytes.ts';

/** Length of the per-call key, in bytes. */
export const CALL_KEY_BYTES = 32;

/** Length of a media key as LiveKit takes it, in bytes: LiveKit runs its own HKDF over it (RFC 5869) for AES-128-GCM. */
export const MEDIA_KEY_BYTES = 32;

/** Who speaks under a media key. One key per direction, so that the SFU cannot play one side's voice back as the other's. */
export type MediaDirection = 'user-to-oracle' | 'oracle-to-user';

const encoder = new TextEncoder();

/** A fresh per-call key from the platform's CSPRNG. */
export function createCallKey(): SecretBytes {
  return SecretBytes.random(CALL_KEY_BYTES, 'call key');
}

/**
 * The media key of one direction of one call: HKDF-SHA-256 (RFC 5869) over the call key, with the SFU room name as
 * salt and a label with the direction as info.
 */
export function deriveMediaKey(callKey: SecretBytes, sfuRoomName: SfuRoomName, direction: MediaDirection): SecretBytes {
  const info = encoder.encode(`oracle-calls v1 media ${direction}`);
  const bytes = hkdf(sha256, callKey.expose(), encoder.encode(sfuRoomName), info, MEDIA_KEY_BYTES);
  const key = new SecretBytes(bytes, `media key ${direction}`);
  bytes.fill(0);
  return key;
}

/** LiveKit's derivation: HKDF-SHA-256 (RFC 5869) of the media key with this salt and 128 zero bytes as `info`. */
const SALT = new TextEncoder().encode('LKFrameEncryptionKey');
const INFO = new Uint8Array(128);
const AES_KEY_BITS = 128;

/** What a frame key is good for: one that seals can never open, so what this side sent cannot be played back to it. */
export type FrameKeyUse = 'encrypt' | 'decrypt';

/** The AES key of frames, which cannot be read out again. Does not keep `mediaKey`. */
export async function deriveFrameKey(mediaKey: Uint8Array<ArrayBuffer>, use: FrameKeyUse): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', mediaKey, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: SALT, info: INFO };
  return crypto.subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: AES_KEY_BITS }, false, [use]);
}

import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { encodeFrameHeader, FRAME_HEADER_BYTES, readFrameHeader, type FrameHeader } from '../frame/frame-header.ts';
import type { Entropy } from '../kem/entropy.ts';
import { expansionInfo, SCHEDULE_KEY_BYTES } from '../key-schedule/key-schedule.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { WebCryptoKey } from '../signing/web-crypto-key.ts';

/** Random salt of each sealed message, in bytes: two workers may hold one envelope, so the call key alone is not enough. */
export const SEAL_SALT_BYTES = 32;

/** AES-GCM tag, in bytes (NIST SP 800-38D at full length). */
export const SEAL_TAG_BYTES = 16;

/** Zero is safe: the key comes from a fresh salt and seals one message. */
const NONCE = new Uint8Array(12);

/**
 * Seals the body of a message of the key exchange with AES-256-GCM under `HKDF(salt, secret, label of the kind)`; header and salt are
 * associated data. The frame is header ‖ salt ‖ ciphertext.
 */
export async function sealMessage(
  secret: SecretBytes,
  header: FrameHeader,
  body: Uint8Array<ArrayBuffer>,
  entropy: Entropy,
): Promise<Uint8Array<ArrayBuffer>> {
  const clear = new ByteWriter()
    .rest(encodeFrameHeader(header))
    .fixed(entropy.randomBytes(SEAL_SALT_BYTES), SEAL_SALT_BYTES)
    .finish();
  const key = await sealingKey(secret, header, clear.subarray(FRAME_HEADER_BYTES), 'encrypt');
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: NONCE, additionalData: clear }, key, body);
  return new ByteWriter().rest(clear).rest(new Uint8Array(sealed)).finish();
}

/**
 * Opens a message of the key exchange whose body has a fixed or smallest length.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_MALFORMED` when it is too short, `ERR_HANDSHAKE_OPEN` when it does not open, and what
 *   {@link readFrameHeader} throws
 */
export async function openMessage(
  secret: SecretBytes,
  frame: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const header = readFrameHeader(frame);
  const reader = new ByteReader(frame, 'ERR_HANDSHAKE_MALFORMED');
  reader.fixed(FRAME_HEADER_BYTES);
  const salt = reader.fixed(SEAL_SALT_BYTES);
  const sealed = reader.rest(SEAL_TAG_BYTES);
  const clear = frame.slice(0, FRAME_HEADER_BYTES + SEAL_SALT_BYTES);
  const key = await sealingKey(secret, header, salt, 'decrypt');
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv: NONCE, additionalData: clear }, key, sealed),
    );
  } catch (cause) {
    throw new OracleCallError('ERR_HANDSHAKE_OPEN', undefined, { cause });
  }
}

async function sealingKey(
  secret: SecretBytes,
  header: FrameHeader,
  salt: Uint8Array,
  usage: 'encrypt' | 'decrypt',
): Promise<WebCryptoKey> {
  const info = expansionInfo(`seal ${header.kind}`, header);
  const bytes = new Uint8Array(hkdf(sha256, secret.expose(), salt, info, SCHEDULE_KEY_BYTES));
  try {
    return await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [usage]);
  } finally {
    bytes.fill(0);
  }
}

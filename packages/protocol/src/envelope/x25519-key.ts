import { x25519 } from '@noble/curves/ed25519.js';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { SecretBytes } from '../secret-bytes.ts';

/** Length of an X25519 key, private or public, in bytes (RFC 7748, section 5). */
export const X25519_KEY_BYTES = 32;

/** Any scalar shows a point of small order: it multiplies such a point to zero (RFC 7748, section 6.1). */
const ANY_SCALAR = new Uint8Array(X25519_KEY_BYTES).fill(1);

/**
 * Checks that bytes are an X25519 public key to which something can be sealed, and returns a copy.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED`
 */
export function parseX25519PublicKey(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== X25519_KEY_BYTES) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'An X25519 key has 32 bytes.');
  }
  try {
    x25519.getSharedSecret(ANY_SCALAR, bytes);
  } catch (cause) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'The X25519 key is of small order.', { cause });
  }
  return bytes.slice();
}

/**
 * The public half of an X25519 private key.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when it has not 32 bytes
 */
export function x25519PublicKeyOf(privateKey: SecretBytes): Uint8Array {
  if (privateKey.length !== X25519_KEY_BYTES) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'An X25519 key has 32 bytes.');
  }
  return x25519.getPublicKey(privateKey.expose());
}

/** A fresh X25519 pair from the platform's CSPRNG: an oracle's envelope key. */
export function createX25519KeyPair(): { readonly privateKey: SecretBytes; readonly publicKey: Uint8Array } {
  const privateKey = SecretBytes.random(X25519_KEY_BYTES, 'oracle envelope key');
  return { privateKey, publicKey: x25519PublicKeyOf(privateKey) };
}

import { secp256k1 } from '@noble/curves/secp256k1.js';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { SecretBytes } from '../secret-bytes.ts';

/** Length of a secp256k1 private key, in bytes (SEC 1 version 2, section 2.3.7). */
export const PRIVATE_KEY_BYTES = 32;

/** Lengths of a secp256k1 point in octets, compressed and uncompressed (SEC 1 version 2, section 2.3.3). */
export const COMPRESSED_PUBLIC_KEY_BYTES = 33;
export const UNCOMPRESSED_PUBLIC_KEY_BYTES = 65;

/** An oracle's long-term recipient pair: call keys are sealed to the public half. */
export interface OracleKeyPair {
  readonly privateKey: SecretBytes;
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/**
 * Checks that bytes are a secp256k1 public key (33 or 65 bytes, on the curve) and returns it compressed.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED`
 */
export function parsePublicKey(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== COMPRESSED_PUBLIC_KEY_BYTES && bytes.length !== UNCOMPRESSED_PUBLIC_KEY_BYTES) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'A secp256k1 public key has 33 or 65 bytes.');
  }
  try {
    return secp256k1.Point.fromBytes(bytes).toBytes(true);
  } catch (cause) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'The public key is not a point of secp256k1.', { cause });
  }
}

/**
 * The public half of a private key, compressed.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when the bytes are not a secp256k1 private key
 */
export function publicKeyOf(privateKey: SecretBytes): Uint8Array {
  if (privateKey.length !== PRIVATE_KEY_BYTES || !secp256k1.utils.isValidSecretKey(privateKey.expose())) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'The private key is not one of secp256k1.');
  }
  return secp256k1.getPublicKey(privateKey.expose(), true);
}

/** A fresh recipient pair from the platform's CSPRNG. */
export function createOracleKeyPair(): OracleKeyPair {
  const bytes = secp256k1.utils.randomSecretKey();
  const privateKey = new SecretBytes(bytes, 'oracle private key');
  bytes.fill(0);
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

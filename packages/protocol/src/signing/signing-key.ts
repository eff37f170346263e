import { ed25519 } from '@noble/curves/ed25519.js';
import { parsePublicKey } from '../envelope/secp256k1-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';

/** RFC 8032 Ed25519, and ECDSA over secp256k1 with SHA-256 (RFC 8812, section 3.2), by their JOSE names. */
export const SIGNING_ALGORITHMS = ['Ed25519', 'ES256K'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** Length of a raw Ed25519 public key, in bytes (RFC 8032, section 5.1.5). */
export const ED25519_PUBLIC_KEY_BYTES = 32;

/** Length of a signature of either algorithm, in bytes: R ‖ S (RFC 8032), r ‖ s (RFC 8812). */
export const SIGNATURE_BYTES = 64;

/** A public key that signs, with its name in a DID document. */
export interface SigningKey {
  /** Absolute DID URL of the verification method. */
  readonly methodId: string;
  readonly algorithm: SigningAlgorithm;
  /** Raw: 32 bytes for Ed25519, 33 (compressed) for ES256K. */
  readonly publicKey: Uint8Array;
}

/** The checks of an Ed25519 key that RFC 8032 leaves to the caller: canonical, on the curve, not of small order. */
function isStrictEd25519Key(bytes: Uint8Array): boolean {
  if (bytes.length !== ED25519_PUBLIC_KEY_BYTES) return false;
  try {
    return !ed25519.Point.fromBytes(bytes, false).isSmallOrder();
  } catch {
    return false;
  }
}

/**
 * Checks the bytes of a signing key and returns them in the one form in which they are hashed: raw, compressed for ES256K.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED`
 */
export function parseSigningPublicKey(algorithm: SigningAlgorithm, bytes: Uint8Array): Uint8Array {
  if (algorithm === 'ES256K') return parsePublicKey(bytes);
  if (isStrictEd25519Key(bytes)) return bytes.slice();
  throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'The public key is not one of Ed25519.');
}

import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { SigningAlgorithm } from './signing-key.ts';
import { SIGNATURE_BYTES } from './signing-key.ts';

export interface VerifySignatureOptions {
  readonly algorithm: SigningAlgorithm;
  /** Raw: 32 bytes for Ed25519, 33 (compressed) for ES256K. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Whether a signature is valid, strictly: Ed25519 with canonical points, S below the order and no key of small order; ES256K
 * with s in the lower half only. Platforms differ in these rules (WebCrypto's are looser), so it is not WebCrypto that checks.
 * Anything malformed is just not valid.
 */
export function isSignatureValid({ algorithm, publicKey, message, signature }: VerifySignatureOptions): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  try {
    return algorithm === 'Ed25519'
      ? ed25519.verify(signature, message, publicKey, { zip215: false })
      : secp256k1.verify(signature, message, publicKey, { lowS: true, prehash: true, format: 'compact' });
  } catch {
    return false;
  }
}

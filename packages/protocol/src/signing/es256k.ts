import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { SecretBytes } from '../secret-bytes.ts';
import type { Signer, Verifier } from './signer.ts';
import { isSignatureValid } from './verify-signature.ts';

/** Compact r ‖ s, SHA-256 inside, only the lower of the two equivalent s: one message and key, one shape of signature. */
const LOW_S = { lowS: true, prehash: true, format: 'compact' } as const;

/** Verifies with a secp256k1 public key of 33 or 65 bytes. */
export function createEs256kVerifier(publicKey: Uint8Array): Verifier {
  const key = { algorithm: 'ES256K', publicKey: new Uint8Array(publicKey) } as const;
  return { algorithm: 'ES256K', verify: (message, signature) => isSignatureValid({ ...key, message, signature }) };
}

/** Signs with a raw secp256k1 private key of 32 bytes, with the nonces of RFC 6979. The caller owns the key. */
export function createEs256kSigner(privateKey: SecretBytes): Signer {
  return { algorithm: 'ES256K', sign: (message) => secp256k1.sign(message, privateKey.expose(), LOW_S) };
}

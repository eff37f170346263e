import { ed25519 } from '@noble/curves/ed25519.js';
import type { SecretBytes } from '../secret-bytes.ts';
import type { Signer, Verifier } from './signer.ts';
import { isSignatureValid } from './verify-signature.ts';

/** Verifies with a raw Ed25519 public key of 32 bytes. */
export function createEd25519Verifier(publicKey: Uint8Array): Verifier {
  const key = { algorithm: 'Ed25519', publicKey: new Uint8Array(publicKey) } as const;
  return { algorithm: 'Ed25519', verify: (message, signature) => isSignatureValid({ ...key, message, signature }) };
}

/** Signs with a raw Ed25519 private key (its 32-byte seed). The caller owns the key. */
export function createEd25519Signer(privateKey: SecretBytes): Signer {
  return { algorithm: 'Ed25519', sign: (message) => ed25519.sign(message, privateKey.expose()) };
}

import { ed25519 } from '@noble/curves/ed25519.js';
import type { SecretBytes } from '../secret-bytes.ts';
import type { Signer, Verifier } from './signature-port.ts';

/** RFC 8032 without ZIP 215: canonical encodings only, no public key of small order. */
const STRICT = { zip215: false } as const;

/** Verifies with a raw Ed25519 public key of 32 bytes. */
export function createEd25519Verifier(publicKey: Uint8Array): Verifier {
  const key = new Uint8Array(publicKey);
  return {
    algorithm: 'Ed25519',
    verify: (message, signature) => isTrue(() => ed25519.verify(signature, message, key, STRICT)),
  };
}

/** Signs with a raw Ed25519 private key (its 32-byte seed). The caller owns the key. */
export function createEd25519Signer(privateKey: SecretBytes): Signer {
  return { algorithm: 'Ed25519', sign: (message) => ed25519.sign(message, privateKey.expose()) };
}

function isTrue(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

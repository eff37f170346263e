import { ed25519 } from '@noble/curves/ed25519.js';
import { didKeyMethodIdOf, didKeyOf } from '../did/did-key.ts';
import { publicKeyOf } from '../envelope/secp256k1-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { CallSigner } from './call-signer.ts';
import { createEd25519Signer } from './ed25519.ts';
import { createEs256kSigner } from './es256k.ts';
import { checkSignerName, type SignerName } from './key-pair-signer.ts';
import type { SigningAlgorithm } from './signing-key.ts';

/** Length of an Ed25519 private key (the seed of RFC 8032, section 5.1.5), in bytes. */
const ED25519_PRIVATE_KEY_BYTES = 32;

export interface RawKeySignerOptions {
  readonly algorithm: SigningAlgorithm;
  /** 32 bytes: the seed of Ed25519, the number of secp256k1. Stays the caller's, who destroys it; then signing fails. */
  readonly privateKey: SecretBytes;
  /** Without it, the key signs as its own `did:key`. */
  readonly name?: SignerName | undefined;
}

/**
 * The public half of a raw signing key.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when it is no private key of that algorithm
 */
export function signingPublicKeyOf(algorithm: SigningAlgorithm, privateKey: SecretBytes): Uint8Array {
  if (algorithm === 'ES256K') return publicKeyOf(privateKey);
  if (privateKey.length !== ED25519_PRIVATE_KEY_BYTES) {
    throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'An Ed25519 private key has 32 bytes.');
  }
  return ed25519.getPublicKey(privateKey.expose());
}

/**
 * A signer over a raw private key that the application holds.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when it is no private key of that algorithm
 * @throws {TypeError} when the name does not fit
 */
export function createRawKeySigner({ algorithm, privateKey, name }: RawKeySignerOptions): CallSigner {
  const publicKey = signingPublicKeyOf(algorithm, privateKey);
  const did = name?.did ?? didKeyOf(algorithm === 'Ed25519' ? 'ed25519' : 'secp256k1', publicKey);
  const signer = algorithm === 'Ed25519' ? createEd25519Signer(privateKey) : createEs256kSigner(privateKey);
  return {
    ...checkSignerName(name ?? { did, methodId: didKeyMethodIdOf(did) }),
    algorithm,
    publicKey,
    sign: async (bytes) => signer.sign(new Uint8Array(bytes)),
  };
}

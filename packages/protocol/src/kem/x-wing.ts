import { ml_kem768_x25519 as xWing } from '@noble/post-quantum/hybrid.js';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { systemEntropy, type Entropy } from './entropy.ts';

/*
 * X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 with X25519, secure while either is. Lengths in bytes, section 5 of
 * the draft.
 */
export const X_WING_PUBLIC_KEY_BYTES = 1216;
export const X_WING_ENCAPSULATION_BYTES = 1120;
export const X_WING_SHARED_SECRET_BYTES = 32;
const SEED_BYTES = 32;
/** 32 bytes for ML-KEM and 32 for the ephemeral X25519 key (section 5.4). */
const ENCAPSULATION_RANDOM_BYTES = 64;

/** A key pair for one exchange. The private key is its seed (section 5.2). */
export interface XWingKeyPair {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly seed: SecretBytes;
}

export function createXWingKeyPair(entropy: Entropy = systemEntropy): XWingKeyPair {
  const random = entropy.randomBytes(SEED_BYTES);
  const seed = new SecretBytes(random, 'X-Wing seed');
  random.fill(0);
  const { publicKey, secretKey } = xWing.keygen(seed.expose());
  // Noble's own copy of the seed.
  secretKey.fill(0);
  return { publicKey: new Uint8Array(publicKey), seed };
}

export interface XWingEncapsulation {
  readonly encapsulation: Uint8Array<ArrayBuffer>;
  readonly sharedSecret: SecretBytes;
}

/**
 * Makes a shared secret for the holder of a public key.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_EPHEMERAL` when it is no usable key: a wrong length, ML-KEM coefficients out of range
 *   (FIPS 203, section 7.2) or an X25519 point of small order
 */
export function encapsulateXWing(publicKey: Uint8Array, entropy: Entropy = systemEntropy): XWingEncapsulation {
  const random = entropy.randomBytes(ENCAPSULATION_RANDOM_BYTES);
  try {
    const { cipherText, sharedSecret } = xWing.encapsulate(publicKey, random);
    return { encapsulation: new Uint8Array(cipherText), sharedSecret: takeSecret(sharedSecret) };
  } catch (cause) {
    throw new OracleCallError('ERR_HANDSHAKE_EPHEMERAL', undefined, { cause });
  } finally {
    random.fill(0);
  }
}

/**
 * Recovers the shared secret. A changed ML-KEM part gives another secret and no error (implicit rejection): what follows must
 * confirm the key.
 *
 * @throws {OracleCallError} `ERR_HANDSHAKE_EPHEMERAL` for a wrong length or an X25519 point of small order
 */
export function decapsulateXWing(encapsulation: Uint8Array, seed: SecretBytes): SecretBytes {
  try {
    return takeSecret(xWing.decapsulate(encapsulation, seed.expose()));
  } catch (cause) {
    throw new OracleCallError('ERR_HANDSHAKE_EPHEMERAL', undefined, { cause });
  }
}

function takeSecret(bytes: Uint8Array): SecretBytes {
  const secret = new SecretBytes(bytes, 'X-Wing shared secret');
  bytes.fill(0);
  return secret;
}

import { decrypt, encrypt } from 'eciesjs';
import { Config } from 'eciesjs/config';
import type { SecretBytes } from '../secret-bytes.ts';
import { UNCOMPRESSED_PUBLIC_KEY_BYTES, parsePublicKey, publicKeyOf } from './secp256k1-key.ts';

/*
 * The wire format of eciesjs and eciespy with their defaults, in this order: uncompressed ephemeral public key, AES-256-GCM
 * nonce, tag, ciphertext.
 */
const NONCE_BYTES = 16;
const TAG_BYTES = 16;

/** What ECIES adds to the length of a plaintext, in bytes. */
export const ECIES_OVERHEAD_BYTES = UNCOMPRESSED_PUBLIC_KEY_BYTES + NONCE_BYTES + TAG_BYTES;

/** eciesjs reads a global configuration that any code of the page can change: we always pass our own, frozen, and complete. */
const WIRE_FORMAT = Object.freeze(
  Object.assign(new Config(), {
    ellipticCurve: 'secp256k1',
    isEphemeralKeyCompressed: false,
    isHkdfKeyCompressed: false,
    symmetricAlgorithm: 'aes-256-gcm',
    symmetricNonceLength: NONCE_BYTES,
  } as const),
);

/**
 * Seals bytes with ECIES over secp256k1.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when the recipient's key is not a point of secp256k1
 */
export function sealWithEcies(recipientPublicKey: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return encrypt(parsePublicKey(recipientPublicKey), plaintext, WIRE_FORMAT);
}

/**
 * Opens what {@link sealWithEcies} made; `undefined` when it does not open, whatever the cause. The caller wipes the result.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when the private key itself is invalid
 */
export function tryOpenWithEcies(privateKey: SecretBytes, sealed: Uint8Array): Uint8Array | undefined {
  publicKeyOf(privateKey);
  try {
    return decrypt(privateKey.expose(), sealed, WIRE_FORMAT);
  } catch {
    return undefined;
  }
}

/** Algorithms of the keys that sign: EdDSA over Curve25519 (RFC 8032) and ECDSA over secp256k1 with SHA-256 (RFC 8812). */
export type SignatureAlgorithm = 'Ed25519' | 'ES256K';

/** Length of a signature of either algorithm, in bytes: 64, r ‖ s for ES256K. */
export const SIGNATURE_BYTES = 64;

/** Holds a private key and signs; the key may live where no code can read it. */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** The signature over the message, {@link SIGNATURE_BYTES} long; any hashing is the signer's. */
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> | Uint8Array;
}

/** Holds a public key that was pinned or verified, and checks signatures strictly. */
export interface Verifier {
  readonly algorithm: SignatureAlgorithm;
  /** Whether the signature is valid; never throws for bad bytes. */
  verify(message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<boolean> | boolean;
}

import type { SigningAlgorithm } from './signing-key.ts';

/** Holds a private key and signs; the key may live where no code can read it. */
export interface Signer {
  readonly algorithm: SigningAlgorithm;
  /**
   * The signature over the message, 64 bytes: Ed25519 over it as it is (RFC 8032), ES256K over its SHA-256 with s in the lower half
   * of the order. Messages begin with a label of this protocol, so that a signature can mean nothing elsewhere.
   */
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> | Uint8Array;
}

/** Holds a public key that was pinned or verified, and checks signatures strictly. */
export interface Verifier {
  readonly algorithm: SigningAlgorithm;
  /** Whether the signature is valid; never throws for bad bytes. */
  verify(message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<boolean> | boolean;
}

import type { Did } from '../did/did.ts';
import type { SigningKey } from './signing-key.ts';

/**
 * Somebody's DID key that signs what a call needs: a wallet, a key in the browser, a key of the application. The bytes to sign
 * begin with a label of this protocol, so that a signature can mean nothing elsewhere.
 */
export interface CallSigner extends SigningKey {
  readonly did: Did;
  /**
   * Signs the bytes as they are: Ed25519 over them (RFC 8032), ES256K over their SHA-256 with s in the lower half of the order.
   * Gives 64 bytes.
   */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

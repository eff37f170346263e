import type { Did } from '../did/did.ts';
import type { Signer } from './signer.ts';
import type { SigningKey } from './signing-key.ts';

/**
 * A {@link Signer} with a name: somebody's DID key that signs what a call needs. A wallet, a key in the browser, a key of the
 * application.
 */
export interface CallSigner extends Signer, SigningKey {
  readonly did: Did;
  /** As {@link Signer.sign}, for any bytes, and always later: a wallet may ask its owner first. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

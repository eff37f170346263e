import { type Did, parseDid } from '../did/did.ts';
import { didKeyMethodIdOf, didKeyOf, type UserDid } from '../did/did-key.ts';
import type { CallSigner } from './call-signer.ts';
import { parseSigningPublicKey } from './signing-key.ts';

/** Under which name a key signs. Without it, it signs as its own `did:key`. */
export interface SignerName {
  readonly did: Did;
  /** Absolute DID URL of the key in that DID's document. */
  readonly methodId: string;
}

export function checkSignerName({ did, methodId }: SignerName): SignerName {
  if (methodId.startsWith(`${parseDid(did)}#`)) return { did, methodId };
  throw new TypeError("The signer's methodId does not belong to its did.");
}

/**
 * A signer over a WebCrypto Ed25519 key pair, whose private key need not be extractable: `createUserDid` makes one, and a browser
 * keeps it in IndexedDB as it is.
 *
 * @throws {TypeError} when the pair is not Ed25519, or the name does not fit
 */
export async function createKeyPairSigner(keyPair: UserDid['keyPair'], name?: SignerName): Promise<CallSigner> {
  const { publicKey, privateKey } = keyPair;
  if (privateKey.algorithm.name !== 'Ed25519' || publicKey.algorithm.name !== 'Ed25519') {
    throw new TypeError('An Ed25519 key pair expected.');
  }
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  const did = name?.did ?? didKeyOf('ed25519', raw);
  return {
    ...checkSignerName(name ?? { did, methodId: didKeyMethodIdOf(did) }),
    algorithm: 'Ed25519',
    publicKey: parseSigningPublicKey('Ed25519', raw),
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(bytes))),
  };
}

import { base58 } from '@scure/base';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { type Did, parseDid } from './did.ts';
import { CODECS, type Curve } from './multicodec.ts';
import type { WebCryptoKey } from '../signing/web-crypto-key.ts';

/** The multibase form of a public key, as Multikey and `did:key` write it. */
export function multikeyOf(curve: Curve, publicKey: Uint8Array): string {
  return `z${base58.encode(Uint8Array.of(...CODECS[curve], ...publicKey))}`;
}

/** The `did:key` of a public key (did:key method, section "Format"). */
export function didKeyOf(curve: Curve, publicKey: Uint8Array): Did {
  return parseDid(`did:key:${multikeyOf(curve, publicKey)}`);
}

/** The DID URL of the one key of a `did:key` (did:key method, section "Document Creation Algorithm"). */
export function didKeyMethodIdOf(did: Did): string {
  return `${did}#${did.slice('did:key:'.length)}`;
}

/** A user's own DID with its key pair. */
export interface UserDid {
  readonly did: Did;
  /** Ed25519. The private key cannot be exported; a browser can keep the pair in IndexedDB as it is. */
  readonly keyPair: { readonly publicKey: WebCryptoKey; readonly privateKey: WebCryptoKey };
}

async function generateEd25519(): Promise<UserDid['keyPair']> {
  let made: object;
  try {
    made = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  } catch (cause) {
    throw new OracleCallError('ERR_DID_UNSUPPORTED', 'This platform makes no Ed25519 keys.', { cause });
  }
  if (isKeyPair(made)) return made;
  throw new OracleCallError('ERR_DID_UNSUPPORTED', 'This platform makes no Ed25519 keys.');
}

function isKeyPair(value: object): value is UserDid['keyPair'] {
  return 'publicKey' in value && 'privateKey' in value;
}

/**
 * Makes a `did:key` for a user who brings none. Make it once and keep it: it names the user in every call.
 *
 * @throws {OracleCallError} `ERR_DID_UNSUPPORTED` on a platform whose WebCrypto has no Ed25519
 */
export async function createUserDid(): Promise<UserDid> {
  const keyPair = await generateEd25519();
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', keyPair.publicKey));
  return { did: didKeyOf('ed25519', publicKey), keyPair };
}

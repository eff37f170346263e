import { OracleCallError, SecretBytes } from '@oracle-calls/protocol';
import { createEd25519Signer, type Signer } from '@oracle-calls/protocol/handshake';
import { signingPublicKeyOf } from '@oracle-calls/protocol/signing';

/** Length of an Ed25519 private key (the seed of RFC 8032, section 5.1.5), in bytes. */
const SEED_BYTES = 32;

/** A signing key pair for one call alone. */
export interface CallKeyPair extends Disposable {
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly signer: Signer;
}

type PairMaker = Pick<SubtleCrypto, 'generateKey' | 'exportKey' | 'sign'>;

/** Makes a pair whose private key no script can read, where the platform's WebCrypto has Ed25519; elsewhere one in memory. */
export async function createCallKeyPair(subtle: PairMaker = crypto.subtle): Promise<CallKeyPair> {
  let made: CryptoKey | CryptoKeyPair;
  try {
    made = await subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  } catch {
    return createInMemory();
  }
  if (!('privateKey' in made)) throw new OracleCallError('ERR_INTERNAL', 'WebCrypto made no key pair.');
  const { publicKey, privateKey } = made;
  return {
    publicKey: new Uint8Array(await subtle.exportKey('raw', publicKey)),
    signer: {
      algorithm: 'Ed25519',
      sign: async (message) => new Uint8Array(await subtle.sign('Ed25519', privateKey, message)),
    },
    // The key object goes with its last holder; there are no bytes to overwrite.
    [Symbol.dispose]: () => undefined,
  };
}

function createInMemory(): CallKeyPair {
  const privateKey = SecretBytes.random(SEED_BYTES, 'per-call signing key');
  return {
    publicKey: signingPublicKeyOf('Ed25519', privateKey),
    signer: createEd25519Signer(privateKey),
    [Symbol.dispose]: () => privateKey.destroy(),
  };
}

import {
  AEAD_AES_256_GCM,
  CipherSuite,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  type KEMFactory,
  NotSupportedError,
} from 'hpke';
import { concatBytes } from '../byte-layout/byte-strings.ts';
import { x25519PublicKeyOf } from '../envelope/x25519-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { CALL_KEY_BYTES } from '../call-key/call-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { HPKE_INFO_LABEL } from './labels.ts';
import type { SealingSuite } from './sealing-suite.ts';

/** X25519's base point (RFC 7748, section 4.1): a public key that every platform takes, if it takes any. */
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

/** The platform's X25519, or one in JavaScript where WebCrypto has none (Chromium before 133). */
export async function pickKem(): Promise<KEMFactory> {
  try {
    await suiteOf(KEM_DHKEM_X25519_HKDF_SHA256).DeserializePublicKey(BASE_POINT);
    return KEM_DHKEM_X25519_HKDF_SHA256;
  } catch (error) {
    if (!(error instanceof NotSupportedError)) throw error;
    const { KEM_DHKEM_X25519_HKDF_SHA256: nobleKem } = await import('@panva/hpke-noble');
    return nobleKem;
  }
}

function suiteOf(kem: KEMFactory): CipherSuite {
  return new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
}

const infoOf = (contextHash: Uint8Array): Uint8Array => concatBytes(HPKE_INFO_LABEL, contextHash);

/** Builds the suite over an implementation of the KEM. */
export function createHpkeSuite(pick: () => Promise<KEMFactory>): SealingSuite {
  let found: Promise<CipherSuite> | undefined;
  const suite = (): Promise<CipherSuite> => (found ??= pick().then(suiteOf));
  return {
    async seal(callKey, recipientPublicKey, contextHash) {
      const hpke = await suite();
      try {
        const recipient = await hpke.DeserializePublicKey(recipientPublicKey);
        const { encapsulatedSecret, ciphertext } = await hpke.Seal(recipient, callKey.expose(), {
          info: infoOf(contextHash),
        });
        return { encapsulatedKey: encapsulatedSecret, ciphertext };
      } catch (cause) {
        throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED', 'Nothing can be sealed to this key.', { cause });
      }
    },
    async tryOpen({ encapsulatedKey, ciphertext }, privateKey, contextHash) {
      const hpke = await suite();
      let opened: Uint8Array;
      try {
        // Both halves: with one alone WebCrypto would have to find the other, which not every platform can.
        const recipient = {
          privateKey: await hpke.DeserializePrivateKey(privateKey.expose(), false),
          publicKey: await hpke.DeserializePublicKey(x25519PublicKeyOf(privateKey)),
        };
        opened = await hpke.Open(recipient, encapsulatedKey, ciphertext, { info: infoOf(contextHash) });
      } catch {
        return undefined;
      }
      const callKey = opened.length === CALL_KEY_BYTES ? new SecretBytes(opened, 'call key') : undefined;
      opened.fill(0);
      return callKey;
    },
  };
}

export const hpkeSuite: SealingSuite = createHpkeSuite(pickKem);

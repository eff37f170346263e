import { ed25519 } from '@noble/curves/ed25519.js';
import type { DIDDocument } from 'did-resolver';
import { areBytesEqual } from '../byte-layout/byte-strings.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { EnvelopeKey } from '../signed-envelope/suites.ts';
import type { SigningKey } from '../signing/signing-key.ts';
import { type Did, parseDid } from './did.ts';
import { keysUnder, pickEnvelopeKey } from './document-keys.ts';
import type { MethodKey } from './verification-method.ts';

/** The keys that an oracle's DID document offers for signed calls. */
export interface OracleKeys {
  readonly did: Did;
  /** Call keys are sealed to it: the strongest that we know. */
  readonly envelopeKey: EnvelopeKey;
  /** Signs the oracle's half of the handshake. */
  readonly identityKey: SigningKey;
  /**
   * False when whoever steals a key that receives has the identity key as well: one key serves both, or one is computed from
   * the other, as in a `did:key`. Then a stolen envelope key lets its thief stand between the two ends.
   */
  readonly areIndependent: boolean;
  /** The document also offers an X-Wing key; no envelope suite uses it, since the handshake carries the promise for recordings. */
  readonly offersXWing: boolean;
}

const SIGNING_KINDS = ['ed25519', 'secp256k1'] as const;

function signingKeyOf({ keyId, kind, publicKey }: MethodKey<(typeof SIGNING_KINDS)[number]>): SigningKey {
  return { methodId: keyId, algorithm: kind === 'ed25519' ? 'Ed25519' : 'ES256K', publicKey };
}

function signingKeysOf(document: DIDDocument): SigningKey[] {
  return (['assertionMethod', 'authentication'] as const).flatMap((relationship) =>
    keysUnder(document, relationship, SIGNING_KINDS).map(signingKeyOf),
  );
}

function pickStrictEnvelopeKey(document: DIDDocument): EnvelopeKey {
  const [x25519Key] = keysUnder(document, 'keyAgreement', ['x25519']);
  if (x25519Key !== undefined) {
    return { methodId: x25519Key.keyId, suite: 'hpke-x25519', publicKey: x25519Key.publicKey };
  }
  const { keyId, publicKey } = pickEnvelopeKey(document);
  if (!keyId.startsWith(`${document.id}#`)) throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED');
  return { methodId: keyId, suite: 'ecies-secp256k1', publicKey };
}

/** Whether the private half of a receiving key gives that of the signing key, or is it. */
function isSameSecret(agreement: MethodKey<'x25519' | 'secp256k1'>, { algorithm, publicKey }: SigningKey): boolean {
  if (algorithm === 'ES256K') return areBytesEqual(agreement.publicKey, publicKey);
  return areBytesEqual(agreement.publicKey, ed25519.utils.toMontgomery(publicKey));
}

/**
 * Chooses an oracle's keys by verification relationship. Envelope key: the first X25519 key under `keyAgreement`, else the
 * secp256k1 key that `pickEnvelopeKey` takes. Identity key: the first Ed25519 or secp256k1 key under `assertionMethod`, then under
 * `authentication`. A document that offers one secp256k1 key and says nothing of signing, as ixo's may, uses it for both.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` without a key that receives, `ERR_DID_DOCUMENT` without one that signs
 *   or when a key is broken or ambiguous
 */
export function readOracleKeys(document: DIDDocument): OracleKeys {
  const envelopeKey = pickStrictEnvelopeKey(document);
  const identityKey = signingKeysOf(document)[0] ?? onlyKeyOf(envelopeKey);
  const agreement = keysUnder(document, 'keyAgreement', ['x25519', 'secp256k1']);
  const receiving: MethodKey<'x25519' | 'secp256k1'>[] = [
    ...agreement,
    {
      keyId: envelopeKey.methodId,
      kind: envelopeKey.suite === 'hpke-x25519' ? 'x25519' : 'secp256k1',
      publicKey: envelopeKey.publicKey,
    },
  ];
  return {
    did: parseDid(document.id),
    envelopeKey,
    identityKey,
    areIndependent: !receiving.some((key) => isSameSecret(key, identityKey)),
    offersXWing: keysUnder(document, 'keyAgreement', ['x-wing']).length > 0,
  };
}

function onlyKeyOf({ suite, methodId, publicKey }: EnvelopeKey): SigningKey {
  if (suite === 'ecies-secp256k1') return { methodId, algorithm: 'ES256K', publicKey };
  throw new OracleCallError('ERR_DID_DOCUMENT', 'The DID document names no key that signs.');
}

/**
 * The key with which a user signs calls: the one that the envelope names, when the user's document has it under
 * `assertionMethod` or `authentication`.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT` when the document does not, or a key is broken
 */
export function readUserSigningKey(document: DIDDocument, methodId: string): SigningKey {
  const key = signingKeysOf(document).find((candidate) => candidate.methodId === methodId);
  if (key !== undefined) return key;
  throw new OracleCallError('ERR_DID_DOCUMENT', "The DID document does not have the signer's key for signing.");
}

import type { DIDDocument } from 'did-resolver';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { absoluteId, idOfMethod, type KeyKind, type MethodKey, readMethodKey } from './verification-method.ts';

/** A secp256k1 key that a DID document offers. */
export interface DocumentKey {
  /** Absolute DID URL of the verification method. */
  readonly keyId: string;
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** Verification relationships (DID Core, section 5.3) by which keys are chosen. */
export type Relationship = 'keyAgreement' | 'assertionMethod' | 'authentication';

/** Verification methods beyond this are not looked at: nobody needs them, and each costs a curve operation. */
const METHODS_MAX = 64;

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > METHODS_MAX) {
    throw new OracleCallError('ERR_DID_DOCUMENT', 'A list of keys in the DID document is unusable.');
  }
  return value;
}

/** The verification methods of a relationship, in the document's order, embedded ones and those that it names. */
function methodsUnder(document: DIDDocument, relationship: Relationship): readonly unknown[] {
  const methods = asList(document.verificationMethod);
  return asList(document[relationship]).map((entry) => {
    if (typeof entry !== 'string') return entry;
    const keyId = absoluteId(document.id, entry);
    return methods.find((method) => idOfMethod(document.id, method) === keyId);
  });
}

function keysAmong<K extends KeyKind>(
  document: DIDDocument,
  methods: readonly unknown[],
  kinds: readonly K[],
): MethodKey<K>[] {
  return methods
    .map((method) => readMethodKey(document.id, method, kinds))
    .filter((key): key is MethodKey<K> => key !== undefined);
}

/**
 * The document's own keys of some kinds under a relationship, in its order. A key under somebody else's name is not taken.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT` when a list or a key of these kinds is broken
 */
export function keysUnder<K extends KeyKind>(
  document: DIDDocument,
  relationship: Relationship,
  kinds: readonly K[],
): MethodKey<K>[] {
  return keysAmong(document, methodsUnder(document, relationship), kinds).filter(({ keyId }) =>
    keyId.startsWith(`${document.id}#`),
  );
}

/**
 * The key to which call keys are sealed: the first secp256k1 key under `keyAgreement`. A document without one there may
 * still offer exactly one secp256k1 key for everything, as those of ixo and a `did:key` do: then it is that one. With several,
 * guessing could seal to somebody else's key, so the document is refused.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` without any, `ERR_DID_DOCUMENT` when ambiguous or broken
 */
export function pickEnvelopeKey(document: DIDDocument): DocumentKey {
  const [forAgreement] = keysAmong(document, methodsUnder(document, 'keyAgreement'), ['secp256k1']);
  if (forAgreement !== undefined) return documentKeyOf(forAgreement);
  const [only, ...others] = keysAmong(document, asList(document.verificationMethod), ['secp256k1']);
  if (only === undefined) throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED');
  const isSame = (key: DocumentKey): boolean => key.publicKey.every((byte, index) => byte === only.publicKey[index]);
  if (!others.every(isSame)) {
    throw new OracleCallError(
      'ERR_DID_DOCUMENT',
      'The DID document names no key for key agreement and offers several.',
    );
  }
  return documentKeyOf(only);
}

function documentKeyOf({ keyId, publicKey }: MethodKey): DocumentKey {
  return { keyId, publicKey };
}

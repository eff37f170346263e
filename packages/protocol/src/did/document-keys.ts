import { base16, base58, base64url, base64urlnopad } from '@scure/base';
import type { DIDDocument, VerificationMethod } from 'did-resolver';
import * as v from 'valibot';
import { parsePublicKey } from '../envelope/secp256k1-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';

/** A secp256k1 key that a DID document offers. */
export interface DocumentKey {
  /** Absolute DID URL of the verification method. */
  readonly keyId: string;
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** Verification methods beyond this are not looked at: nobody needs them, and each costs a curve operation. */
const METHODS_MAX = 64;

/** Multicodec `secp256k1-pub` (0xe7) as a varint. */
const SECP256K1_CODEC = [0xe7, 0x01] as const;

/** Types that always mean secp256k1. The 2018 name is the draft of the 2019 one; `key-did-resolver` still writes it. */
const SECP256K1_TYPES = ['EcdsaSecp256k1VerificationKey2019', 'Secp256k1VerificationKey2018'];

const methodSchema = v.looseObject({
  id: v.string(),
  type: v.string(),
  publicKeyHex: v.optional(v.string()),
  publicKeyBase58: v.optional(v.string()),
  publicKeyMultibase: v.optional(v.string()),
  publicKeyJwk: v.optional(
    v.looseObject({
      kty: v.string(),
      crv: v.optional(v.string()),
      x: v.optional(v.string()),
      y: v.optional(v.string()),
    }),
  ),
});
type Method = v.InferOutput<typeof methodSchema>;

/** Multibase prefixes that occur in DID documents; ixo writes `F`. */
function decodeMultibase(text: string): Uint8Array {
  const body = text.slice(1);
  if (text.startsWith('z')) return base58.decode(body);
  if (text.startsWith('f') || text.startsWith('F')) return base16.decode(body.toUpperCase());
  if (text.startsWith('u')) return base64urlnopad.decode(body);
  throw new OracleCallError('ERR_DID_DOCUMENT', 'The multibase of a key is not known.');
}

function hasCodec(bytes: Uint8Array): boolean {
  return bytes[0] === SECP256K1_CODEC[0] && bytes[1] === SECP256K1_CODEC[1];
}

function decodeCoordinate(text: string | undefined): Uint8Array {
  const bytes = base64url.decode((text ?? '').padEnd(44, '='));
  if (bytes.length !== 32) throw new OracleCallError('ERR_DID_DOCUMENT', 'A coordinate of a key has not 32 bytes.');
  return bytes;
}

/** Bytes of the key of a method that says secp256k1, or `undefined` when it says another kind of key. */
function readBytes(method: Method): Uint8Array | undefined {
  const { publicKeyHex, publicKeyBase58, publicKeyMultibase, publicKeyJwk } = method;
  if (publicKeyJwk !== undefined) {
    if (publicKeyJwk.kty !== 'EC' || publicKeyJwk.crv !== 'secp256k1') return undefined;
    return Uint8Array.of(0x04, ...decodeCoordinate(publicKeyJwk.x), ...decodeCoordinate(publicKeyJwk.y));
  }
  if (method.type === 'Multikey') {
    if (publicKeyMultibase === undefined) return undefined;
    const bytes = decodeMultibase(publicKeyMultibase);
    return hasCodec(bytes) ? bytes.subarray(SECP256K1_CODEC.length) : undefined;
  }
  if (!SECP256K1_TYPES.includes(method.type)) return undefined;
  if (publicKeyHex !== undefined) return base16.decode(publicKeyHex.toUpperCase());
  if (publicKeyBase58 !== undefined) return base58.decode(publicKeyBase58);
  if (publicKeyMultibase === undefined) return undefined;
  const bytes = decodeMultibase(publicKeyMultibase);
  return hasCodec(bytes) ? bytes.subarray(SECP256K1_CODEC.length) : bytes;
}

function absolute(did: string, id: string): string {
  return id.startsWith('#') ? did + id : id;
}

/** @throws {OracleCallError} `ERR_DID_DOCUMENT` when the method promises secp256k1 and its key is broken */
function readKey(did: string, value: VerificationMethod): DocumentKey | undefined {
  const method = v.safeParse(methodSchema, value);
  if (!method.success) return undefined;
  try {
    const bytes = readBytes(method.output);
    return bytes && { keyId: absolute(did, method.output.id), publicKey: parsePublicKey(bytes) };
  } catch (cause) {
    throw new OracleCallError('ERR_DID_DOCUMENT', 'A secp256k1 key of the DID document is broken.', { cause });
  }
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > METHODS_MAX) {
    throw new OracleCallError('ERR_DID_DOCUMENT', 'A list of keys in the DID document is unusable.');
  }
  return value;
}

function keysOf(did: string, methods: readonly unknown[]): DocumentKey[] {
  return methods
    .map((method) => readKey(did, method as VerificationMethod))
    .filter((key): key is DocumentKey => key !== undefined);
}

/**
 * The key to which call keys are sealed: the first secp256k1 key under `keyAgreement`. A document without one there may
 * still offer exactly one secp256k1 key for everything, as those of ixo and a `did:key` do: then it is that one. With several,
 * guessing could seal to somebody else's key, so the document is refused.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` without any, `ERR_DID_DOCUMENT` when ambiguous or broken
 */
export function pickEnvelopeKey(document: DIDDocument): DocumentKey {
  const { id: did } = document;
  const methods = asList(document.verificationMethod);
  const agreement = asList(document.keyAgreement).map((entry) => {
    if (typeof entry !== 'string') return entry;
    const keyId = absolute(did, entry);
    return methods.find((method) => {
      const parsed = v.safeParse(methodSchema, method);
      return parsed.success && absolute(did, parsed.output.id) === keyId;
    });
  });
  const [forAgreement] = keysOf(did, agreement);
  if (forAgreement !== undefined) return forAgreement;
  const [only, ...others] = keysOf(did, methods);
  if (only === undefined) throw new OracleCallError('ERR_ENVELOPE_UNSUPPORTED');
  const isSame = (key: DocumentKey): boolean => key.publicKey.every((byte, index) => byte === only.publicKey[index]);
  if (!others.every(isSame)) {
    throw new OracleCallError(
      'ERR_DID_DOCUMENT',
      'The DID document names no key for key agreement and offers several.',
    );
  }
  return only;
}

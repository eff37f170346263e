import { base16, base58, base64url, base64urlnopad } from '@scure/base';
import * as v from 'valibot';
import { parsePublicKey } from '../envelope/secp256k1-key.ts';
import { parseX25519PublicKey } from '../envelope/x25519-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseSigningPublicKey } from '../signing/signing-key.ts';
import { CODECS, codecOf, type Curve } from './multicodec.ts';

/** Kinds of keys that are read. `x-wing` is known by our own name (`HPKE-X-Wing`) until there is a standard one. */
export type KeyKind = Curve | 'x-wing';

/** A key of a verification method. */
export interface MethodKey<K extends KeyKind = KeyKind> {
  /** Absolute DID URL of the verification method. */
  readonly keyId: string;
  readonly kind: K;
  /** Raw; compressed for secp256k1. */
  readonly publicKey: Uint8Array;
}

/** ML-KEM-768's encapsulation key and X25519's (draft-connolly-cfrg-xwing-kem, section 5.2), in bytes. */
const X_WING_PUBLIC_KEY_BYTES = 1216;

/** Method types that fix the kind of key. The secp256k1 type of 2018 is the draft of 2019's; `key-did-resolver` still writes it. */
const KIND_OF_TYPE: ReadonlyMap<string, Curve> = new Map([
  ['EcdsaSecp256k1VerificationKey2019', 'secp256k1'],
  ['Secp256k1VerificationKey2018', 'secp256k1'],
  ['Ed25519VerificationKey2018', 'ed25519'],
  ['Ed25519VerificationKey2020', 'ed25519'],
  ['X25519KeyAgreementKey2019', 'x25519'],
  ['X25519KeyAgreementKey2020', 'x25519'],
]);

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
      alg: v.optional(v.string()),
      x: v.optional(v.string()),
      y: v.optional(v.string()),
      pub: v.optional(v.string()),
    }),
  ),
});
type Method = v.InferOutput<typeof methodSchema>;
type Jwk = NonNullable<Method['publicKeyJwk']>;

/** Multibase prefixes that occur in DID documents; ixo writes `F`. */
function decodeMultibase(text: string): Uint8Array {
  const body = text.slice(1);
  if (text.startsWith('z')) return base58.decode(body);
  if (text.startsWith('f') || text.startsWith('F')) return base16.decode(body.toUpperCase());
  if (text.startsWith('u')) return base64urlnopad.decode(body);
  throw new OracleCallError('ERR_DID_DOCUMENT', 'The multibase of a key is not known.');
}

function decodeCoordinate(text: string | undefined): Uint8Array {
  const bytes = base64url.decode((text ?? '').padEnd(44, '='));
  if (bytes.length !== 32) throw new OracleCallError('ERR_DID_DOCUMENT', 'A coordinate of a key has not 32 bytes.');
  return bytes;
}

function kindOfJwk({ kty, crv, alg }: Jwk): KeyKind | undefined {
  if (kty === 'EC' && crv === 'secp256k1') return 'secp256k1';
  if (kty === 'OKP' && crv === 'Ed25519') return 'ed25519';
  if (kty === 'OKP' && crv === 'X25519') return 'x25519';
  return kty === 'AKP' && alg === 'HPKE-X-Wing' ? 'x-wing' : undefined;
}

function decodeJwk({ x, y, pub }: Jwk, kind: KeyKind): Uint8Array {
  if (kind === 'x-wing') return base64urlnopad.decode(pub ?? '');
  if (kind !== 'secp256k1') return decodeCoordinate(x);
  return Uint8Array.of(0x04, ...decodeCoordinate(x), ...decodeCoordinate(y));
}

/** Bytes of a multibase text whose kind is known already; the codec in front may be missing. */
function decodeMultibaseOf(kind: Curve, text: string): Uint8Array {
  const bytes = decodeMultibase(text);
  const isBare = kind !== 'secp256k1' && bytes.length === 32;
  return codecOf(bytes) === kind && !isBare ? bytes.subarray(CODECS[kind].length) : bytes;
}

/** Kind and bytes of a method's key, or `undefined` when it holds none of the wanted kinds. */
function decodeKey(method: Method, wanted: readonly KeyKind[]): readonly [KeyKind, Uint8Array] | undefined {
  const { type, publicKeyHex, publicKeyBase58, publicKeyMultibase, publicKeyJwk } = method;
  if (publicKeyJwk !== undefined) {
    const kind = kindOfJwk(publicKeyJwk);
    return kind !== undefined && wanted.includes(kind) ? [kind, decodeJwk(publicKeyJwk, kind)] : undefined;
  }
  if (type === 'Multikey') {
    if (publicKeyMultibase === undefined) return undefined;
    const bytes = decodeMultibase(publicKeyMultibase);
    const kind = codecOf(bytes);
    return kind !== undefined && wanted.includes(kind) ? [kind, bytes.subarray(CODECS[kind].length)] : undefined;
  }
  const kind = KIND_OF_TYPE.get(type);
  if (kind === undefined || !wanted.includes(kind)) return undefined;
  if (publicKeyHex !== undefined) return [kind, base16.decode(publicKeyHex.toUpperCase())];
  if (publicKeyBase58 !== undefined) return [kind, base58.decode(publicKeyBase58)];
  return publicKeyMultibase === undefined ? undefined : [kind, decodeMultibaseOf(kind, publicKeyMultibase)];
}

function checkKey(kind: KeyKind, bytes: Uint8Array): Uint8Array {
  switch (kind) {
    case 'secp256k1':
      return parsePublicKey(bytes);
    case 'ed25519':
      return parseSigningPublicKey('Ed25519', bytes);
    case 'x25519':
      return parseX25519PublicKey(bytes);
    case 'x-wing':
      if (bytes.length === X_WING_PUBLIC_KEY_BYTES) return bytes;
      throw new OracleCallError('ERR_DID_DOCUMENT', 'An X-Wing key has another length.');
  }
}

/** The DID URL that an id stands for (DID Core, section 3.2.2, "Relative DID URLs"). */
export function absoluteId(did: string, id: string): string {
  return id.startsWith('#') ? did + id : id;
}

/** The absolute id of a verification method, or `undefined` when it is none. */
export function idOfMethod(did: string, value: unknown): string | undefined {
  const method = v.safeParse(methodSchema, value);
  return method.success ? absoluteId(did, method.output.id) : undefined;
}

/**
 * The key of a verification method when it is of a wanted kind. Other kinds are not looked at, not even for being broken.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT` when the method promises a wanted kind and its key is broken
 */
export function readMethodKey<K extends KeyKind>(
  did: string,
  value: unknown,
  wanted: readonly K[],
): MethodKey<K> | undefined {
  const method = v.safeParse(methodSchema, value);
  if (!method.success) return undefined;
  try {
    const [found, bytes] = decodeKey(method.output, wanted) ?? [];
    const kind = wanted.find((candidate) => candidate === found);
    if (kind === undefined || bytes === undefined) return undefined;
    return { keyId: absoluteId(did, method.output.id), kind, publicKey: checkKey(kind, bytes) };
  } catch (cause) {
    throw new OracleCallError('ERR_DID_DOCUMENT', 'A key of the DID document is broken.', { cause });
  }
}

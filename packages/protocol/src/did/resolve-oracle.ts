import type { DIDDocument, Resolvable } from 'did-resolver';
import type { SigningKey } from '../signing/signing-key.ts';
import type { AddressPolicy } from './address-policy.ts';
import { type OracleKeys, readOracleKeys, readUserSigningKey } from './call-keys.ts';
import type { Did } from './did.ts';
import { pickEnvelopeKey } from './document-keys.ts';
import {
  checkBackendUrl,
  isMatrixUserId,
  readBackendUrl,
  readKeyRotations,
  readMatrixUserId,
} from './document-services.ts';
import { resolveDocument, type ResolveOptions } from './resolve-document.ts';

/** What an oracle's DID says that a call needs. */
export interface ResolvedOracle {
  readonly did: Did;
  /** The oracle's Matrix account, such as `@oracle:example.org`. */
  readonly matrixUserId: string;
  /** Base address of the oracle's backend, without a closing slash. */
  readonly backendUrl: string;
  /** secp256k1 public key to which call keys are sealed: compressed, 33 bytes. */
  readonly envelopePublicKey: Uint8Array;
  /** DID URL of that key in the document. */
  readonly keyId: string;
}

/** What the application knows better than the document; needed for a `did:key`, which has no services. */
export interface OracleOverrides {
  readonly matrixUserId?: string | undefined;
  readonly backendUrl?: string | undefined;
}

export interface ResolveOracleOptions extends AddressPolicy, ResolveOptions {
  readonly overrides?: OracleOverrides | undefined;
}

function checkOverrides({ matrixUserId, backendUrl }: OracleOverrides, policy: AddressPolicy): OracleOverrides {
  if (matrixUserId !== undefined && !isMatrixUserId(matrixUserId)) {
    throw new TypeError('overrides.matrixUserId is not a Matrix user id.');
  }
  if (backendUrl === undefined) return { matrixUserId };
  const checked = checkBackendUrl(backendUrl, policy);
  if ('problem' in checked) throw new TypeError(`overrides.backendUrl cannot be used: ${checked.problem}.`);
  return { matrixUserId, backendUrl: checked.url };
}

type OracleAddress = Pick<ResolvedOracle, 'did' | 'matrixUserId' | 'backendUrl'>;

/** What an oracle's DID says that a signed call needs. */
export interface StrictOracle extends OracleAddress {
  readonly keys: OracleKeys;
  /** Signed rotations of the oracle's keys in hex, in the document's order: `judgeKeys` reads them. */
  readonly keyRotations: readonly string[];
}

/** Keys first: a document without a usable one is refused for that before its services are looked at. */
async function resolveWith<K>(
  did: string,
  resolver: Resolvable,
  options: ResolveOracleOptions,
  readKeys: (document: DIDDocument) => K,
): Promise<{ readonly address: OracleAddress; readonly keys: K }> {
  const overrides = checkOverrides(options.overrides ?? {}, options);
  const { did: oracleDid, document } = await resolveDocument(did, resolver, options);
  const keys = readKeys(document);
  const address = {
    did: oracleDid,
    matrixUserId: overrides.matrixUserId ?? readMatrixUserId(document),
    backendUrl: overrides.backendUrl ?? readBackendUrl(document, options),
  };
  return { address, keys };
}

/**
 * Resolves an oracle's DID to its Matrix account, its backend and the secp256k1 key to which call keys are sealed in the older
 * protocol.
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED`, `ERR_DID_UNSUPPORTED`, `ERR_DID_NOT_RESOLVED` (retryable), `ERR_DID_DOCUMENT`,
 *   `ERR_ENVELOPE_UNSUPPORTED` when the document has no secp256k1 key; an abort rethrows `signal.reason`
 * @throws {TypeError} when an override cannot be used
 */
export async function resolveOracle(
  did: string,
  resolver: Resolvable,
  options: ResolveOracleOptions = {},
): Promise<ResolvedOracle> {
  const { address, keys } = await resolveWith(did, resolver, options, pickEnvelopeKey);
  return { ...address, envelopePublicKey: keys.publicKey, keyId: keys.keyId };
}

/**
 * Resolves an oracle's DID to its Matrix account, its backend and its keys for signed calls. Throws as {@link resolveOracle},
 * `ERR_ENVELOPE_UNSUPPORTED` when no key receives and `ERR_DID_DOCUMENT` when none signs.
 */
export async function resolveStrictOracle(
  did: string,
  resolver: Resolvable,
  options: ResolveOracleOptions = {},
): Promise<StrictOracle> {
  const { address, keys } = await resolveWith(did, resolver, options, (document) => ({
    keys: readOracleKeys(document),
    keyRotations: readKeyRotations(document),
  }));
  return { ...address, ...keys };
}

/** A user's key as the user's own DID document has it. */
export interface ResolvedUserKey {
  readonly did: Did;
  readonly signingKey: SigningKey;
  /** Signed rotations of the user's key in hex. */
  readonly keyRotations: readonly string[];
}

/**
 * Resolves a user's DID to the key that an envelope names as its signer's.
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED`, `ERR_DID_UNSUPPORTED`, `ERR_DID_NOT_RESOLVED` (retryable), `ERR_DID_DOCUMENT` also when
 *   the document does not have that key for signing; an abort rethrows `signal.reason`
 */
export async function resolveUserKey(
  did: string,
  methodId: string,
  resolver: Resolvable,
  options: ResolveOptions = {},
): Promise<ResolvedUserKey> {
  const { did: userDid, document } = await resolveDocument(did, resolver, options);
  const signingKey = readUserSigningKey(document, methodId);
  return { did: userDid, signingKey, keyRotations: readKeyRotations(document) };
}

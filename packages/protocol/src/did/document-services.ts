import type { DIDDocument, Service } from 'did-resolver';
import * as v from 'valibot';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { type AddressPolicy, findAddressProblem } from './address-policy.ts';

/** Service types of an oracle's DID document. */
export const MATRIX_SERVICE_TYPE = 'MatrixAccount';
export const BACKEND_SERVICE_TYPE = 'OracleCallsBackend';
/** One signed rotation of keys each, as a `data:` URL with the statement's bytes in hex. */
export const KEY_ROTATION_SERVICE_TYPE = 'OracleCallsKeyRotation';

const KEY_ROTATION_URL = /^data:text\/plain,((?:[0-9a-f]{2}){1,4096})$/;

/** Rotations beyond this are not looked at: each costs a verification. */
export const KEY_ROTATIONS_MAX = 16;

/** Matrix spec, "User identifiers": printable ASCII before the colon (historical ids included), a server name behind it. */
const MATRIX_USER_ID = /^@[\x21-\x39\x3b-\x7e]+:[A-Za-z0-9.:[\]-]+$/;
const MATRIX_ID_MAX_LENGTH = 255;

/** `matrix:u/user:server` (Matrix spec, "matrix: URI scheme", first MSC2312); `user` is its older spelling. */
const MATRIX_URI = /^matrix:(?:u|user)\/([^/?#]+)(?:\?[^#]*)?$/;

const serviceSchema = v.looseObject({
  type: v.union([v.string(), v.array(v.string())]),
  serviceEndpoint: v.unknown(),
});

export function isMatrixUserId(text: string): boolean {
  return text.length <= MATRIX_ID_MAX_LENGTH && MATRIX_USER_ID.test(text);
}

/** Reads a `matrix:` URI of a user; `undefined` when it is anything else. */
export function tryReadMatrixUri(uri: string): string | undefined {
  const encoded = MATRIX_URI.exec(uri)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const userId = `@${decodeURIComponent(encoded)}`;
    return isMatrixUserId(userId) ? userId : undefined;
  } catch {
    return undefined;
  }
}

/** The `matrix:` URI of a Matrix user. */
export function matrixUriOf(userId: string): string {
  return `matrix:u/${encodeURIComponent(userId.slice(1)).replaceAll('%3A', ':')}`;
}

/** An address without a closing slash; a problem's text when it may not be used. */
export function checkBackendUrl(
  text: string,
  policy: AddressPolicy,
): { readonly url: string } | { readonly problem: string } {
  if (!URL.canParse(text)) return { problem: 'it is not a URL' };
  const url = new URL(text);
  const problem = findAddressProblem(url, policy);
  if (problem !== undefined) return { problem };
  if (url.search !== '' || url.hash !== '') return { problem: 'it has a query or a fragment' };
  return { url: url.href.replace(/\/+$/, '') };
}

/** The endpoints of the services of a type; `undefined` for one that is not one text. */
function endpointsOf(document: DIDDocument, type: string): (string | undefined)[] {
  if (!Array.isArray(document.service)) return [];
  return document.service
    .map((value) => v.safeParse(serviceSchema, value))
    .flatMap((service) => (service.success ? [service.output] : []))
    .filter((service) => [service.type].flat().includes(type))
    .map(({ serviceEndpoint }) => {
      const [endpoint, ...others] = [serviceEndpoint].flat();
      return typeof endpoint === 'string' && others.length === 0 ? endpoint : undefined;
    });
}

/** The endpoint of the first service of a type, when it is one text. */
function findEndpoint(document: DIDDocument, type: string): string | undefined {
  return endpointsOf(document, type)[0];
}

/** The service of a DID document that publishes a signed rotation of keys. */
export function keyRotationServiceOf(did: string, sequence: number, statementHex: string): Service {
  return {
    id: `${did}#key-rotation-${sequence}`,
    type: KEY_ROTATION_SERVICE_TYPE,
    serviceEndpoint: `data:text/plain,${statementHex}`,
  };
}

/**
 * The rotations of keys that a document publishes, in hex and not yet verified, in its order.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT` when there are too many or one is no rotation
 */
export function readKeyRotations(document: DIDDocument): string[] {
  const endpoints = endpointsOf(document, KEY_ROTATION_SERVICE_TYPE);
  const statements = endpoints.flatMap((endpoint) => KEY_ROTATION_URL.exec(endpoint ?? '')?.[1] ?? []);
  if (statements.length === endpoints.length && statements.length <= KEY_ROTATIONS_MAX) return statements;
  throw new OracleCallError('ERR_DID_DOCUMENT', "The DID document's key rotations are unusable.");
}

/** @throws {OracleCallError} `ERR_DID_DOCUMENT` when the document does not name the oracle's Matrix account */
export function readMatrixUserId(document: DIDDocument): string {
  const userId = tryReadMatrixUri(findEndpoint(document, MATRIX_SERVICE_TYPE) ?? '');
  if (userId !== undefined) return userId;
  throw new OracleCallError(
    'ERR_DID_DOCUMENT',
    `The DID document has no usable service of type ${MATRIX_SERVICE_TYPE}.`,
  );
}

/** @throws {OracleCallError} `ERR_DID_DOCUMENT` when the document does not name a backend that may be used */
export function readBackendUrl(document: DIDDocument, policy: AddressPolicy): string {
  const endpoint = findEndpoint(document, BACKEND_SERVICE_TYPE);
  const checked = endpoint === undefined ? { problem: 'it is missing' } : checkBackendUrl(endpoint, policy);
  if ('url' in checked) return checked.url;
  throw new OracleCallError(
    'ERR_DID_DOCUMENT',
    `The service of type ${BACKEND_SERVICE_TYPE} of the DID document cannot be used: ${checked.problem}.`,
  );
}

import type { DIDDocument } from 'did-resolver';
import * as v from 'valibot';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { type AddressPolicy, findAddressProblem } from './address-policy.ts';

/** Service types of an oracle's DID document. */
export const MATRIX_SERVICE_TYPE = 'MatrixAccount';
export const BACKEND_SERVICE_TYPE = 'OracleCallsBackend';

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

/** The endpoint of the first service of a type, when it is one text. */
function findEndpoint(document: DIDDocument, type: string): string | undefined {
  if (!Array.isArray(document.service)) return undefined;
  for (const value of document.service) {
    const service = v.safeParse(serviceSchema, value);
    if (!service.success || ![service.output.type].flat().includes(type)) continue;
    const [endpoint, ...others] = [service.output.serviceEndpoint].flat();
    return typeof endpoint === 'string' && others.length === 0 ? endpoint : undefined;
  }
  return undefined;
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

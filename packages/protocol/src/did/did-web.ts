import type { DIDResolver } from 'did-resolver';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { isIpAddress } from './address-policy.ts';
import { type FetchDocumentOptions, fetchDocument } from './fetch-document.ts';
import { readDocument, toResolution } from './resolution.ts';
import { signalOf } from './resolver-options.ts';

/** A host name with an optional port; the method's text forbids IP addresses. */
const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/;
const PATH_SEGMENT = /^[A-Za-z0-9._~!$&'()*+,;=@-]+$/;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new OracleCallError('ERR_DID_MALFORMED', 'The did:web has a broken percent-encoding.', { cause });
  }
}

/**
 * The address of a `did:web` document (did:web method, section "Read (Resolve)").
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED`
 */
export function didWebUrl(methodId: string): URL {
  const [host = '', ...path] = methodId.split(':').map(decode);
  const isPathPlain = path.every((part) => PATH_SEGMENT.test(part) && part !== '.' && part !== '..');
  const address = `https://${host}/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`;
  if (!HOST.test(host) || !isPathPlain || !URL.canParse(address)) {
    throw new OracleCallError('ERR_DID_MALFORMED', 'The did:web does not name a host and a path.');
  }
  const url = new URL(address);
  if (isIpAddress(url.hostname))
    throw new OracleCallError('ERR_DID_MALFORMED', 'A did:web must not name an IP address.');
  return url;
}

/** `did:web`, always over https. */
export function createDidWebMethod(options: FetchDocumentOptions): DIDResolver {
  return (did, parsed, _resolver, request) =>
    toResolution(async () => {
      const url = didWebUrl(parsed.id);
      return readDocument(did, await fetchDocument(url, { ...options, signal: signalOf(request) }));
    });
}

import type { DIDResolver } from 'did-resolver';
import * as v from 'valibot';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { findAddressProblem } from './address-policy.ts';
import { type FetchDocumentOptions, fetchDocument } from './fetch-document.ts';
import { readDocument, toResolution } from './resolution.ts';
import { signalOf } from './resolver-options.ts';

/** A Universal Resolver wraps the document in a resolution result; other resolvers answer with the bare document. */
const wrappedSchema = v.looseObject({
  didDocument: v.unknown(),
  didResolutionMetadata: v.optional(v.looseObject({ error: v.optional(v.nullable(v.string())) })),
  didDocumentMetadata: v.optional(v.looseObject({ deactivated: v.optional(v.nullable(v.boolean())) })),
});

/** Checks the configured base address. @throws {TypeError} when it cannot be used: that is the application's mistake */
function parseBase(base: string, options: FetchDocumentOptions): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  const problem = url === undefined ? 'it is not a URL' : findAddressProblem(url, options);
  if (url === undefined || problem !== undefined) throw new TypeError(`ixoResolverUrl cannot be used: ${problem}.`);
  if (url.search !== '' || url.hash !== '') throw new TypeError('ixoResolverUrl must not have a query or a fragment.');
  return url;
}

function unwrap(did: string, value: unknown): ReturnType<typeof readDocument> {
  const wrapped = v.safeParse(wrappedSchema, value);
  if (!wrapped.success || !('didDocument' in wrapped.output)) return readDocument(did, value);
  const { didDocument, didResolutionMetadata, didDocumentMetadata } = wrapped.output;
  if (typeof didResolutionMetadata?.error === 'string') {
    throw new OracleCallError('ERR_DID_NOT_RESOLVED', 'The DID resolver reports an error.');
  }
  if (didDocumentMetadata?.deactivated === true)
    throw new OracleCallError('ERR_DID_DOCUMENT', 'The DID is deactivated.');
  return readDocument(did, didDocument);
}

/** `did:ixo` through an HTTP resolver: `GET {base}/1.0/identifiers/{did}`, as the DIF Universal Resolver answers it. */
export function createDidIxoMethod(base: string, options: FetchDocumentOptions): DIDResolver {
  const baseUrl = parseBase(base, options);
  const root = baseUrl.href.replace(/\/+$/, '');
  return (did, _parsed, _resolver, request) =>
    toResolution(async () => {
      const url = new URL(`${root}/1.0/identifiers/${did.replaceAll('%', '%25')}`);
      return unwrap(did, await fetchDocument(url, { ...options, signal: signalOf(request) }));
    });
}

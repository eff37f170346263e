import { didSchema } from '@oracle-calls/protocol';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import * as v from 'valibot';
import { findDidDocument } from './did-documents.ts';

/** Media types of W3C DID Resolution 0.3: a whole result, or the document alone. */
const RESULT_TYPE = 'application/ld+json;profile="https://w3id.org/did-resolution"';
const DOCUMENT_TYPE = 'application/did+ld+json';

/**
 * The HTTP shape of the Universal Resolver, `GET /1.0/identifiers/:did`, over the documents in a folder.
 * Answers with a resolution result, or with the bare document to those who accept only that.
 */
export function createDidResolverApp(folder: string): Hono {
  const app = new Hono();
  // The page that resolves comes from another port; DID documents are public.
  app.use(cors({ origin: '*', allowMethods: ['GET'] }));
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/1.0/identifiers/:did', async (context) => {
    const did = context.req.param('did');
    if (!v.is(didSchema, did)) return resolution(400, { error: 'invalidDid' }, null);
    const document = await findDidDocument(folder, did);
    if (document === undefined) return resolution(404, { error: 'notFound' }, null);
    const accept = context.req.header('accept') ?? '';
    if (accept.includes('application/did+') && !accept.includes('did-resolution')) {
      return new Response(JSON.stringify(document), { headers: { 'content-type': DOCUMENT_TYPE } });
    }
    return resolution(200, { contentType: DOCUMENT_TYPE }, document);
  });
  return app;
}

function resolution(
  status: number,
  didResolutionMetadata: Readonly<Record<string, string>>,
  didDocument: unknown,
): Response {
  const body = { didResolutionMetadata, didDocument, didDocumentMetadata: {} };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': RESULT_TYPE } });
}

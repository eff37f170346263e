import { OracleCallError } from '@oracle-calls/protocol';
import { DOCS_HTML, DOCS_PATH } from '../docs-page/docs-page-files.ts';
import { DocsFiles } from '../docs-page/docs-files.ts';
import type { Route } from '../route.ts';

/** Scripts and styles are files of this server, nothing stands in the page; the library's icons are `data:` images; requests that a reader tries go here. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Files change with a new release only: an hour unasked, then one question each. */
const FILE_CACHE = 'public, max-age=3600';

/** `GET /docs`: the OpenAPI document as a page to read and try. */
export const docsRoute: Route = (app) => {
  const files = new DocsFiles();
  app.get(DOCS_PATH, (c) => {
    if (!files.isComplete) {
      throw new OracleCallError('ERR_PROTOCOL_NOT_FOUND', 'This page needs the npm package swagger-ui-dist.');
    }
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    c.header('Cache-Control', 'no-cache');
    return c.html(DOCS_HTML);
  });
  app.get(`${DOCS_PATH}/:file`, async (c) => {
    const file = await files.find(c.req.param('file'));
    if (file === undefined) throw new OracleCallError('ERR_PROTOCOL_NOT_FOUND');
    c.header('Cache-Control', FILE_CACHE);
    c.header('ETag', file.etag);
    c.header('Vary', 'Accept-Encoding', { append: true });
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304);
    c.header('Content-Type', file.type);
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(file.body);
    c.header('Content-Encoding', 'gzip');
    return c.body(file.compressed);
  });
};

import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { API_PREFIX } from '@oracle-calls/protocol/http';
import { expectProblem, TestBackend } from '../../whole-app/test-backend.ts';
import { createHttpApp } from '../create-http-app.ts';
import { DOCS_FILE_NAMES, DocsFiles } from './docs-files.ts';
import { DOCS_HTML } from './docs-page-files.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test.each(['', API_PREFIX])('%s/docs is a page whose every file is there, and comes from here', async (prefix) => {
  const page = await backend.request('GET', `${prefix}/docs`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
  const addresses = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
  const files = addresses.filter((address) => !address.startsWith('data:'));
  expect(files).toHaveLength(5);
  for (const file of files) {
    const { pathname, origin } = new URL(file, `http://here${prefix}/docs`);
    expect(origin).toBe('http://here');
    expect((await backend.request('GET', pathname)).status).toBe(200);
  }
  expect((await backend.request('POST', `${prefix}/docs`)).status).toBe(405);
});

test('there is no script and no style in the page itself', () => {
  expect(DOCS_HTML).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/i);
});

test.each(DOCS_FILE_NAMES)(
  '%s is sent once, compressed for who takes it, and not again while it is the same',
  async (name) => {
    const path = `/docs/${name}`;
    const plain = await backend.app.request(path);
    const text = await plain.text();
    const etag = plain.headers.get('etag') ?? '';
    expect(plain.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
    expect(plain.headers.get('vary')).toContain('Accept-Encoding');
    expect(plain.headers.get('x-content-type-options')).toBe('nosniff');
    const compressed = await backend.app.request(path, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(Buffer.from(await compressed.arrayBuffer())).toString()).toBe(text);
    const again = await backend.app.request(path, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  },
);

test('no other file is ever read', async () => {
  for (const name of ['package.json', '..%2Fpackage.json', 'toString', 'index.html', '%2e%2e%2fswagger-ui.css']) {
    expectProblem(await backend.request('GET', `/docs/${name}`), 404, 'ERR_PROTOCOL_NOT_FOUND');
  }
  expect(await new DocsFiles().find('constructor')).toBeUndefined();
});

test('an operator may switch the page off, and keep the document', async () => {
  const app = createHttpApp({ getBackend: () => backend.backend, corsOrigins: [], docsPage: 'off' });
  expect((await app.request('/docs')).status).toBe(404);
  expect((await app.request('/docs/swagger-ui.css')).status).toBe(404);
  expect((await app.request('/openapi.json')).status).toBe(200);
});

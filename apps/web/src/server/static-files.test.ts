import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { securityHeaders } from './security-headers.ts';
import { createStaticFiles } from './static-files.ts';

const config = { homeserverUrl: 'http://127.0.0.1:8008', oracleDid: 'did:ixo:oracle456' };
let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-static-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), '<title>page</title>');
  await writeFile(join(folder, 'page', 'assets', 'main-abc.js'), 'export {};');
  await writeFile(join(folder, 'secret'), 'canary');
  server = createServer(await createStaticFiles(join(folder, 'page'), config));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A request line as it is, which `fetch` would tidy up first. */
async function rawRequest(path: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test('the page is served at the root, never from a cache unasked', async () => {
  const response = await fetch(`${url}/?x=1`);
  expect(await response.text()).toBe('<title>page</title>');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
});

test('assets, which carry a hash in their names, may be cached for good', async () => {
  const response = await fetch(`${url}/assets/main-abc.js`);
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(response.headers.get('cache-control')).toContain('immutable');
});

test('the configuration is served as the page wants it', async () => {
  const response = await fetch(`${url}/config.json`);
  expect(await response.json()).toEqual(config);
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test.each(['/../secret', '/assets/../../secret', '/%2e%2e/secret', '//secret', '/assets/', '/nothing'])(
  'the path %s leads nowhere',
  async (path) => {
    const answer = await rawRequest(path);
    expect(answer).toMatch(/^HTTP\/1.1 404/);
    expect(answer).not.toContain('canary');
  },
);

test('nothing can be posted, and HEAD has no body', async () => {
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  const head = await fetch(url, { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(await head.text()).toBe('');
});

test('every answer carries the security headers', async () => {
  for (const path of ['/', '/config.json', '/assets/main-abc.js', '/nothing']) {
    const { headers } = await fetch(url + path);
    for (const [name, value] of Object.entries(securityHeaders(config))) expect(headers.get(name)).toBe(value);
  }
});

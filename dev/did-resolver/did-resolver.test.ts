import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDidResolverApp } from './did-resolver-app.ts';
import { startDidResolver } from './did-resolver.ts';

const did = 'did:ixo:demo-oracle';
const document = { '@context': 'https://www.w3.org/ns/did/v1', id: did, verificationMethod: [] };
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'did-resolver-'));
  await writeFile(join(folder, 'a-broken.json'), '{');
  await writeFile(join(folder, 'b-no-document.json'), '[1]');
  await writeFile(join(folder, 'oracle.json'), JSON.stringify(document));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('answers a known DID with a resolution result, as the Universal Resolver does', async () => {
  const response = await createDidResolverApp(folder).request(`/1.0/identifiers/${did}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(await response.json()).toEqual({
    didResolutionMetadata: { contentType: 'application/did+ld+json' },
    didDocument: document,
    didDocumentMetadata: {},
  });
});

it('takes the DID percent-encoded too', async () => {
  const response = await createDidResolverApp(folder).request(`/1.0/identifiers/${encodeURIComponent(did)}`);
  expect(response.status).toBe(200);
});

it('gives the bare document to those who accept only that', async () => {
  const headers = { accept: 'application/did+ld+json' };
  const response = await createDidResolverApp(folder).request(`/1.0/identifiers/${did}`, { headers });
  expect(await response.json()).toEqual(document);
});

it('sees a document that came later', async () => {
  const app = createDidResolverApp(folder);
  expect((await app.request('/1.0/identifiers/did:ixo:later')).status).toBe(404);
  await writeFile(join(folder, 'later.json'), JSON.stringify({ id: 'did:ixo:later' }));
  expect((await app.request('/1.0/identifiers/did:ixo:later')).status).toBe(200);
});

it.each([
  ['did:ixo:nobody', 404, 'notFound'],
  ['did:ixo:..%2F..%2Fsecret', 404, 'notFound'],
  ['not-a-did', 400, 'invalidDid'],
  ['did:ixo:../../secret', 400, 'invalidDid'],
])('refuses %s with %i %s', async (asked, status, error) => {
  const response = await createDidResolverApp(folder).request(`/1.0/identifiers/${encodeURIComponent(asked)}`);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ didResolutionMetadata: { error }, didDocument: null });
});

it('finds nothing in a folder that does not exist', async () => {
  const response = await createDidResolverApp(join(folder, 'absent')).request(`/1.0/identifiers/${did}`);
  expect(response.status).toBe(404);
});

it('serves on loopback and closes twice without complaint, open connections notwithstanding', async () => {
  const resolver = await startDidResolver({ documentsDir: folder });
  const response = await fetch(`${resolver.baseUrl}/1.0/identifiers/${did}`);
  expect(response.status).toBe(200);
  await response.text();
  await resolver.close();
  await resolver.close();
  await expect(fetch(`${resolver.baseUrl}/healthz`)).rejects.toThrow('fetch failed');
});

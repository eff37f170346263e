import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { createTestCertificates } from '@oracle-calls/testing/certificates';
import { type Did, parseDid } from './did.ts';
import { createDidResolver } from './did-resolver.ts';
import { didWebUrl } from './did-web.ts';
import { answerJson, startLocalServer } from './local-server.fixture.ts';
import { buildOracleDidDocument } from './oracle-document.ts';
import { resolveOracle } from './resolve-oracle.ts';

// The examples of the did:web method, section "Example: Read".
test.each([
  ['w3c-ccg.github.io', 'https://w3c-ccg.github.io/.well-known/did.json'],
  ['w3c-ccg.github.io:user:alice', 'https://w3c-ccg.github.io/user/alice/did.json'],
  ['example.com%3A3000:user:alice', 'https://example.com:3000/user/alice/did.json'],
  ['example.com%3A3000', 'https://example.com:3000/.well-known/did.json'],
])('did:web:%s is at %s', (id, url) => {
  expect(didWebUrl(id).href).toBe(url);
});

test.each([
  ['an IPv4 address', '127.0.0.1'],
  ['an IPv4 address in another notation', '0x7f000001'],
  ['an IPv6 address', '%5B%3A%3A1%5D'],
  ['credentials', 'user%40example.org'],
  ['a path in the host', 'example.org%2Fadmin'],
  ['a query in the host', 'example.org%3Fa'],
  ['a path upwards', 'example.org:..:secret'],
  ['an encoded path upwards', 'example.org:%2E%2E'],
  ['a slash in a segment', 'example.org:a%2Fb'],
  ['a query in a segment', 'example.org:a%3Fb'],
  ['a backslash in a segment', 'example.org:a%5Cb'],
  ['an empty segment', 'example.org::a'],
  ['a port that is none', 'example.org%3A99999'],
  ['a broken encoding', 'example.org%E0%A4'],
])('%s is no address of a document', (_name, id) => {
  expect(() => didWebUrl(id)).toThrow(expect.objectContaining({ code: 'ERR_DID_MALFORMED' }));
});

test.each(['localhost', 'localhost%3A8443', 'db.internal', 'printer.local'])(
  'did:web:%s is not asked unless private addresses are allowed',
  async (id) => {
    const asked: string[] = [];
    const fetch = (url: string): Promise<Response> => {
      asked.push(url);
      return Promise.resolve(Response.json({}));
    };
    const resolving = resolveOracle(`did:web:${id}`, createDidResolver({ fetch }));
    await expect(resolving).rejects.toThrow(expect.objectContaining({ code: 'ERR_DID_UNSUPPORTED' }));
    expect(asked).toEqual([]);
  },
);

const certificates = createTestCertificates('localhost');
const child = fileURLToPath(new URL('resolve-in-child.fixture.ts', import.meta.url));

/** Node reads extra CAs only as it starts, so the resolution runs in a process of its own. */
async function resolveInChild(did: Did, caFile?: string): Promise<unknown> {
  const { NODE_EXTRA_CA_CERTS: _unset, NODE_OPTIONS: _options, ...environment } = process.env;
  const env = caFile === undefined ? environment : { ...environment, NODE_EXTRA_CA_CERTS: caFile };
  const { stdout } = await promisify(execFile)(process.execPath, [child, did], { env, timeout: 30_000 });
  return JSON.parse(stdout) as unknown;
}

function documentOf(did: Did): object {
  const { publicKey } = createOracleKeyPair();
  const backendUrl = 'https://calls.example.org';
  return buildOracleDidDocument({ did, publicKey, matrixUserId: '@oracle:example.org', backendUrl });
}

test('a document behind a local CA is resolved over https, and not without the CA', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-did-web-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, certificates.caCert);
  try {
    let document: object = {};
    await using server = await startLocalServer(
      (request, response) => answerJson(document)(request, response),
      certificates.server,
    );
    const did = parseDid(`did:web:localhost%3A${server.port}:oracles:one`);
    document = documentOf(did);
    expect(await resolveInChild(did, caFile)).toEqual({ did, backendUrl: 'https://calls.example.org' });
    expect(server.paths).toEqual(['/oracles/one/did.json']);
    expect(await resolveInChild(did)).toEqual({ code: 'ERR_DID_NOT_RESOLVED' });
    document = documentOf(parseDid('did:web:localhost'));
    expect(await resolveInChild(did, caFile)).toEqual({ code: 'ERR_DID_DOCUMENT' });
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

test('a server without https is no did:web', async () => {
  await using server = await startLocalServer(answerJson({}));
  const resolver = createDidResolver({ allowPrivateAddresses: true });
  await expect(resolveOracle(`did:web:localhost%3A${server.port}`, resolver)).rejects.toThrow(
    expect.objectContaining({ code: 'ERR_DID_NOT_RESOLVED' }),
  );
  expect(server.paths).toEqual([]);
});

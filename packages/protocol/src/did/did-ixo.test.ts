import { expect, test } from 'vitest';
import type { OracleCallError } from '../errors/oracle-call-error.ts';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { parseDid } from './did.ts';
import { createDidResolver } from './did-resolver.ts';
import { DID_DOCUMENT_MAX_BYTES } from './fetch-document.ts';
import { answerJson, startLocalServer, type LocalServer } from './local-server.fixture.ts';
import { buildOracleDidDocument } from './oracle-document.ts';
import { resolveOracle, type ResolvedOracle } from './resolve-oracle.ts';

const DID = 'did:ixo:oracle456';
const { publicKey } = createOracleKeyPair();
const document = buildOracleDidDocument({
  did: parseDid(DID),
  publicKey,
  matrixUserId: '@oracle:example.org',
  backendUrl: 'https://calls.example.org/v1/',
});

interface Asking {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly did?: string;
}

function ask(server: LocalServer, { timeoutMs = 5_000, signal, did = DID }: Asking = {}): Promise<ResolvedOracle> {
  const ixoResolverUrl = `http://127.0.0.1:${server.port}/base/`;
  return resolveOracle(did, createDidResolver({ ixoResolverUrl, allowPrivateAddresses: true, timeoutMs }), { signal });
}

const refusal = (code: string, message?: RegExp): unknown =>
  expect.objectContaining({ code, ...(message === undefined ? {} : { message: expect.stringMatching(message) }) });

test('a bare document answers who the oracle is', async () => {
  await using server = await startLocalServer(answerJson(document));
  expect(await ask(server)).toEqual({
    did: DID,
    matrixUserId: '@oracle:example.org',
    backendUrl: 'https://calls.example.org/v1',
    envelopePublicKey: publicKey,
    keyId: `${DID}#envelope`,
  });
  expect(server.paths).toEqual([`/base/1.0/identifiers/${DID}`]);
});

test("a Universal Resolver's result is unwrapped", async () => {
  const result = { didDocument: document, didResolutionMetadata: { error: null }, didDocumentMetadata: {} };
  await using server = await startLocalServer(answerJson(result));
  expect(await ask(server)).toMatchObject({ did: DID, envelopePublicKey: publicKey });
});

test('a percent-encoding in a DID stays one in the address', async () => {
  const did = 'did:ixo:a%3Ab';
  await using server = await startLocalServer(answerJson({ ...document, id: did }));
  expect(await ask(server, { did })).toMatchObject({ did });
  expect(server.paths).toEqual(['/base/1.0/identifiers/did:ixo:a%253Ab']);
});

test.each<[string, unknown, number, string, RegExp]>([
  ['a document of another DID', { ...document, id: 'did:ixo:mallory' }, 200, 'ERR_DID_DOCUMENT', /another DID/],
  ['a wrapped one of another', { didDocument: { ...document, id: 'x' } }, 200, 'ERR_DID_DOCUMENT', /another DID/],
  ['no document', { didDocument: null }, 200, 'ERR_DID_DOCUMENT', /no DID document/],
  ['an array', [document], 200, 'ERR_DID_DOCUMENT', /no DID document/],
  ['null', null, 200, 'ERR_DID_DOCUMENT', /no DID document/],
  ['a document without id', { service: [] }, 200, 'ERR_DID_DOCUMENT', /no DID document/],
  [
    'a deactivated DID',
    { didDocument: document, didDocumentMetadata: { deactivated: true } },
    200,
    'ERR_DID_DOCUMENT',
    /deactivated/,
  ],
  [
    "a resolver's error",
    { didDocument: null, didResolutionMetadata: { error: 'notFound' } },
    200,
    'ERR_DID_NOT_RESOLVED',
    /reports an error/,
  ],
  ['404, even with the document', document, 404, 'ERR_DID_NOT_RESOLVED', /no document/],
  ['410', document, 410, 'ERR_DID_NOT_RESOLVED', /no document/],
  ['500', document, 500, 'ERR_DID_NOT_RESOLVED', /no document/],
  ['201, which nobody asked for', document, 201, 'ERR_DID_NOT_RESOLVED', /no document/],
])('%s is refused', async (_name, body, status, code, message) => {
  await using server = await startLocalServer(answerJson(body, status));
  await expect(ask(server)).rejects.toThrow(refusal(code, message));
});

test('an answer that is not JSON is refused without showing it', async () => {
  await using server = await startLocalServer((_request, response) => response.end('<html>canary'));
  const error = await ask(server).catch((caught: unknown) => caught);
  expect(error).toEqual(refusal('ERR_DID_DOCUMENT', /not JSON/));
  expect((error as Error).message).not.toContain('canary');
});

test.each([301, 302, 307, 308])('a redirect (%i) is refused and not followed', async (status) => {
  await using target = await startLocalServer(answerJson(document));
  await using server = await startLocalServer((_request, response) => {
    response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end();
  });
  await expect(ask(server)).rejects.toThrow(refusal('ERR_DID_NOT_RESOLVED', /redirects/));
  expect(target.paths).toEqual([]);
});

test('a large document is accepted up to the limit and refused above it', async () => {
  const fill = (bytes: number): string =>
    JSON.stringify({ ...document, filler: '' }).replace('""', `"${'a'.repeat(bytes)}"`);
  const room = DID_DOCUMENT_MAX_BYTES - fill(0).length;
  await using fitting = await startLocalServer((_request, response) => response.end(fill(room)));
  expect(await ask(fitting)).toMatchObject({ did: DID });
  await using larger = await startLocalServer((_request, response) => response.end(fill(room + 1)));
  await expect(ask(larger)).rejects.toThrow(refusal('ERR_DID_DOCUMENT', /too large/));
});

test('a body without an end is given up at the limit, and the connection closed', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await startLocalServer((_request, response) => {
    const more = (): void => {
      while (response.write('a'.repeat(16_384)));
      response.once('drain', more);
    };
    response.once('close', closed.resolve);
    more();
  });
  await expect(ask(server)).rejects.toThrow(refusal('ERR_DID_DOCUMENT', /too large/));
  await closed.promise;
});

test.each<[string, (start: () => void) => void]>([
  ['that never answers', () => undefined],
  ['whose body never ends', (start) => start()],
])('a resolver %s is given up after the bound, and the connection closed', async (_name, begin) => {
  const closed = Promise.withResolvers<void>();
  await using server = await startLocalServer((_request, response) => {
    response.once('close', closed.resolve);
    begin(() => response.writeHead(200).write('{'));
  });
  await expect(ask(server, { timeoutMs: 100 })).rejects.toThrow(refusal('ERR_DID_NOT_RESOLVED', /too long/));
  await closed.promise;
});

test('an abort ends the resolution with its own reason', async () => {
  const controller = new AbortController();
  const reason = new Error('the user gave up');
  await using server = await startLocalServer(() => controller.abort(reason));
  await expect(ask(server, { signal: controller.signal })).rejects.toBe(reason);
  await expect(ask(server, { signal: controller.signal })).rejects.toBe(reason);
  expect(server.paths).toHaveLength(1);
});

test('a connection that breaks off is no document', async () => {
  await using server = await startLocalServer((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"id":');
    response.destroy();
  });
  await expect(ask(server)).rejects.toThrow(refusal('ERR_DID_NOT_RESOLVED', /broke off|reached/));
});

test('nobody listening is no document, and may be tried again', async () => {
  const server = await startLocalServer(answerJson(document));
  await server[Symbol.asyncDispose]();
  const error = await ask(server).catch((caught: unknown) => caught);
  expect(error).toEqual(refusal('ERR_DID_NOT_RESOLVED', /reached/));
  expect((error as OracleCallError).retryable).toBe(true);
});

test('without a resolver address, did:ixo is not supported', async () => {
  await expect(resolveOracle(DID, createDidResolver())).rejects.toThrow(refusal('ERR_DID_UNSUPPORTED'));
});

test.each([
  ['http://127.0.0.1:8080', /private/],
  ['http://resolver.example.org', /http is only/],
  ['https://user:pw@resolver.example.org', /credentials/],
  ['https://resolver.example.org/?a=b', /query/],
  ['https://resolver.example.org/#a', /fragment/],
  ['resolver.example.org', /not a URL/],
  ['file:///etc/passwd', /only http/],
])('%s cannot be configured as the resolver', (ixoResolverUrl, message) => {
  expect(() => createDidResolver({ ixoResolverUrl })).toThrow(TypeError);
  expect(() => createDidResolver({ ixoResolverUrl })).toThrow(message);
});

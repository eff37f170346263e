import type { DIDDocument, DIDResolutionResult, Resolvable } from 'did-resolver';
import { expect, test } from 'vitest';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseDid } from './did.ts';
import { didKeyOf } from './did-key.ts';
import { createDidResolver } from './did-resolver.ts';
import { matrixUriOf, tryReadMatrixUri } from './document-services.ts';
import { buildOracleDidDocument } from './oracle-document.ts';
import { resolveOracle } from './resolve-oracle.ts';

const did = parseDid('did:ixo:oracle456');
const { publicKey } = createOracleKeyPair();
const document = buildOracleDidDocument({
  did,
  publicKey,
  matrixUserId: '@oracle:example.org',
  backendUrl: 'https://calls.example.org',
});

const result = (didDocument: DIDDocument | null, metadata: object = {}): DIDResolutionResult => ({
  didDocument,
  didDocumentMetadata: {},
  didResolutionMetadata: { ...metadata },
});
const resolverOf = (didDocument: DIDDocument): Resolvable => ({ resolve: () => Promise.resolve(result(didDocument)) });
const withCode = (code: string): unknown => expect.objectContaining({ code });

test('a document that we build says all that a call needs', async () => {
  expect(await resolveOracle(did, resolverOf(document))).toEqual({
    did,
    matrixUserId: '@oracle:example.org',
    backendUrl: 'https://calls.example.org',
    envelopePublicKey: publicKey,
    keyId: `${did}#envelope`,
  });
});

test('a did:key gives the key, the application the rest', async () => {
  const keyDid = didKeyOf('secp256k1', publicKey);
  const overrides = { matrixUserId: '@oracle:example.org', backendUrl: 'https://calls.example.org/' };
  const oracle = await resolveOracle(keyDid, createDidResolver(), { overrides });
  expect(oracle).toMatchObject({ did: keyDid, envelopePublicKey: publicKey, backendUrl: 'https://calls.example.org' });
  expect(oracle.keyId.startsWith(`${keyDid}#`)).toBe(true);
});

test.each([
  [{}, /MatrixAccount/],
  [{ matrixUserId: '@oracle:example.org' }, /OracleCallsBackend/],
  [{ backendUrl: 'https://calls.example.org' }, /MatrixAccount/],
])('a did:key with only %j is not enough', async (overrides, message) => {
  const resolving = resolveOracle(didKeyOf('secp256k1', publicKey), createDidResolver(), { overrides });
  await expect(resolving).rejects.toThrow(withCode('ERR_DID_DOCUMENT'));
  await expect(resolving).rejects.toThrow(message);
});

test('a did:key of Ed25519 cannot receive a key', async () => {
  const keyDid = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
  await expect(resolveOracle(keyDid, createDidResolver())).rejects.toThrow(withCode('ERR_ENVELOPE_UNSUPPORTED'));
});

test.each([
  ['did:key:zNotAKey', 'ERR_DID_MALFORMED'],
  ['did:key:abc', 'ERR_DID_MALFORMED'],
  ['did:nobody:abc', 'ERR_DID_UNSUPPORTED'],
  ['not a did', 'ERR_DID_MALFORMED'],
  ['did:ixo:a#key', 'ERR_DID_MALFORMED'],
  ['', 'ERR_DID_MALFORMED'],
])('%s is refused as %s', async (text, code) => {
  await expect(resolveOracle(text, createDidResolver())).rejects.toThrow(withCode(code));
});

test("overrides stand before the document's services", async () => {
  const overrides = { matrixUserId: '@other:example.org', backendUrl: 'https://other.example.org' };
  expect(await resolveOracle(did, resolverOf(document), { overrides })).toMatchObject(overrides);
});

test.each([
  { matrixUserId: 'oracle' },
  { matrixUserId: '@oracle' },
  { backendUrl: 'calls.example.org' },
  { backendUrl: 'http://calls.example.org' },
  { backendUrl: 'http://127.0.0.1:8080' },
  { backendUrl: 'https://calls.example.org/?a' },
])('the override %j is a mistake of the application', async (overrides) => {
  await expect(resolveOracle(did, resolverOf(document), { overrides })).rejects.toThrow(TypeError);
});

const withServices = (...service: unknown[]): DIDDocument => ({ ...document, service: service as never });
const matrix = { id: '#m', type: 'MatrixAccount', serviceEndpoint: 'matrix:u/oracle:example.org' };
const calls = { id: '#c', type: 'OracleCallsBackend', serviceEndpoint: 'https://calls.example.org' };

test.each<[string, DIDDocument]>([
  ['a type among several', withServices({ ...matrix, type: ['A', 'MatrixAccount'] }, calls)],
  ['an endpoint alone in a list', withServices(matrix, { ...calls, serviceEndpoint: [calls.serviceEndpoint] })],
  ['services of strangers beside', withServices(null, 5, { id: '#x', type: 'X', serviceEndpoint: {} }, matrix, calls)],
  ['the older word for a user', withServices({ ...matrix, serviceEndpoint: 'matrix:user/oracle:example.org' }, calls)],
  [
    'an action in the URI',
    withServices({ ...matrix, serviceEndpoint: 'matrix:u/oracle:example.org?action=chat' }, calls),
  ],
])('%s is read', async (_name, changed) => {
  const oracle = await resolveOracle(did, resolverOf(changed));
  expect(oracle).toMatchObject({ matrixUserId: '@oracle:example.org', backendUrl: 'https://calls.example.org' });
});

test.each<[string, DIDDocument]>([
  ['no services', { ...document, service: undefined as never }],
  ['services that are no list', { ...document, service: {} as never }],
  ['no Matrix account', withServices(calls)],
  ['no backend', withServices(matrix)],
  ['a Matrix room', withServices({ ...matrix, serviceEndpoint: 'matrix:r/room:example.org' }, calls)],
  ['a Matrix id that is no URI', withServices({ ...matrix, serviceEndpoint: '@oracle:example.org' }, calls)],
  ['a Matrix id without a server', withServices({ ...matrix, serviceEndpoint: 'matrix:u/oracle' }, calls)],
  ['a broken encoding', withServices({ ...matrix, serviceEndpoint: 'matrix:u/%E0:example.org' }, calls)],
  ['a path in the URI', withServices({ ...matrix, serviceEndpoint: 'matrix:u/a:example.org/e/x' }, calls)],
  ['an endpoint as an object', withServices(matrix, { ...calls, serviceEndpoint: { uri: 'https://a.example' } })],
  ['two endpoints', withServices(matrix, { ...calls, serviceEndpoint: ['https://a.example', 'https://b.example'] })],
  ['a backend without https', withServices(matrix, { ...calls, serviceEndpoint: 'http://calls.example.org' })],
  ['a backend on loopback', withServices(matrix, { ...calls, serviceEndpoint: 'http://127.0.0.1:8080' })],
  [
    'a backend in the network of the reader',
    withServices(matrix, { ...calls, serviceEndpoint: 'https://192.168.1.1' }),
  ],
  ['a backend with credentials', withServices(matrix, { ...calls, serviceEndpoint: 'https://a:b@calls.example.org' })],
  ['a backend with another scheme', withServices(matrix, { ...calls, serviceEndpoint: 'javascript:alert(1)' })],
  ['a document of another DID', { ...document, id: 'did:ixo:mallory' }],
])('%s: the document is refused', async (_name, changed) => {
  await expect(resolveOracle(did, resolverOf(changed))).rejects.toThrow(withCode('ERR_DID_DOCUMENT'));
});

test('a backend on loopback is accepted where private addresses are', async () => {
  const local = withServices(matrix, { ...calls, serviceEndpoint: 'http://127.0.0.1:8080/' });
  const oracle = await resolveOracle(did, resolverOf(local), { allowPrivateAddresses: true });
  expect(oracle.backendUrl).toBe('http://127.0.0.1:8080');
});

test.each([
  ['invalidDid', 'ERR_DID_MALFORMED'],
  ['notFound', 'ERR_DID_NOT_RESOLVED'],
  ['unsupportedDidMethod', 'ERR_DID_UNSUPPORTED'],
  ['methodNotSupported', 'ERR_DID_UNSUPPORTED'],
  ['representationNotSupported', 'ERR_DID_UNSUPPORTED'],
  ['invalidDidDocument', 'ERR_DID_DOCUMENT'],
  ['constructor', 'ERR_DID_NOT_RESOLVED'],
  ['somethingNew', 'ERR_DID_NOT_RESOLVED'],
])("a resolver's word %s becomes %s, without its text", async (error, code) => {
  const resolver: Resolvable = { resolve: () => Promise.resolve(result(document, { error, message: 'canary' })) };
  const caught = await resolveOracle(did, resolver).catch((thrown: unknown) => thrown);
  expect(caught).toEqual(withCode(code));
  expect((caught as Error).message).not.toContain('canary');
});

test('a deactivated DID is refused', async () => {
  const deactivated = { ...result(document), didDocumentMetadata: { deactivated: true } };
  const resolver: Resolvable = { resolve: () => Promise.resolve(deactivated) };
  await expect(resolveOracle(did, resolver)).rejects.toThrow(withCode('ERR_DID_DOCUMENT'));
});

test('a resolver that breaks is a document that cannot be had; an error of ours passes', async () => {
  const breaking: Resolvable = { resolve: () => Promise.reject(new Error('bug')) };
  await expect(resolveOracle(did, breaking)).rejects.toThrow(withCode('ERR_DID_NOT_RESOLVED'));
  const own: Resolvable = { resolve: () => Promise.reject(new OracleCallError('ERR_DID_DOCUMENT')) };
  await expect(resolveOracle(did, own)).rejects.toThrow(withCode('ERR_DID_DOCUMENT'));
});

const hanging: Resolvable = { resolve: () => Promise.withResolvers<DIDResolutionResult>().promise };

test('a resolver that hangs is given up after the bound', async () => {
  await expect(resolveOracle(did, hanging, { timeoutMs: 20 })).rejects.toThrow(withCode('ERR_DID_NOT_RESOLVED'));
});

test('an abort ends the wait for a resolver that ignores it, with its own reason', async () => {
  const controller = new AbortController();
  const resolving = resolveOracle(did, hanging, { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(resolving).rejects.toBe(reason);
  await expect(resolveOracle(did, hanging, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test.each([
  ['@oracle:example.org', 'matrix:u/oracle:example.org'],
  ['@oracle:localhost:8008', 'matrix:u/oracle:localhost:8008'],
  ['@a/b=c:example.org', 'matrix:u/a%2Fb%3Dc:example.org'],
])('%s and %s are the same account', (userId, uri) => {
  expect(matrixUriOf(userId)).toBe(uri);
  expect(tryReadMatrixUri(uri)).toBe(userId);
});

test.each<[string, object, string]>([
  ['a Matrix id that is none', { matrixUserId: 'oracle' }, 'ERR_DID_DOCUMENT'],
  ['an address that is none', { backendUrl: 'calls' }, 'ERR_DID_DOCUMENT'],
  ['plain http to a public host', { backendUrl: 'http://calls.example.org' }, 'ERR_DID_DOCUMENT'],
  ['a key that is none', { publicKey: new Uint8Array(33) }, 'ERR_ENVELOPE_UNSUPPORTED'],
])('no document is built with %s', (_name, change, code) => {
  const options = { did, publicKey, matrixUserId: '@o:a.example', backendUrl: 'https://a.example', ...change };
  expect(() => buildOracleDidDocument(options)).toThrow(withCode(code));
});

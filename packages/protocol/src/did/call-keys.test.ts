import { ed25519 } from '@noble/curves/ed25519.js';
import { base58, base64urlnopad } from '@scure/base';
import type { DIDDocument } from 'did-resolver';
import { expect, test } from 'vitest';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { createX25519KeyPair } from '../envelope/x25519-key.ts';
import { readOracleKeys, readUserSigningKey } from './call-keys.ts';
import { didKeyMethodIdOf, didKeyOf, multikeyOf } from './did-key.ts';
import { createDidResolver } from './did-resolver.ts';
import { resolveStrictOracle, resolveUserKey } from './resolve-oracle.ts';
import { keyRotationServiceOf } from './document-services.ts';
import { buildOracleDidDocument } from './oracle-document.ts';
import { parseDid } from './did.ts';

const DID = 'did:ixo:oracle456';
const identity = ed25519.keygen().publicKey;
const x25519 = createX25519KeyPair().publicKey;
const secp256k1 = createOracleKeyPair().publicKey;
const otherSecp256k1 = createOracleKeyPair().publicKey;

const documentOf = (rest: object): DIDDocument => ({ id: DID, ...rest });
const method = (name: string, curve: 'ed25519' | 'x25519' | 'secp256k1', key: Uint8Array): object => ({
  id: `${DID}#${name}`,
  type: 'Multikey',
  controller: DID,
  publicKeyMultibase: multikeyOf(curve, key),
});
const own = {
  identity: method('identity', 'ed25519', identity),
  x25519: method('x', 'x25519', x25519),
  secp256k1: method('k', 'secp256k1', secp256k1),
  other: method('o', 'secp256k1', otherSecp256k1),
};
const all = Object.values(own);
const withCode = (code: string): unknown => expect.objectContaining({ code });

const X25519_KEY = { methodId: `${DID}#x`, suite: 'hpke-x25519', publicKey: x25519 };
const SECP256K1_KEY = { methodId: `${DID}#k`, suite: 'ecies-secp256k1', publicKey: secp256k1 };
const IDENTITY_KEY = { methodId: `${DID}#identity`, algorithm: 'Ed25519', publicKey: identity };

test.each<[string, object, object]>([
  [
    'X25519 before secp256k1, whatever their order',
    { verificationMethod: all, keyAgreement: ['#k', '#x'], assertionMethod: ['#identity'] },
    { envelopeKey: X25519_KEY, identityKey: IDENTITY_KEY, areIndependent: true },
  ],
  [
    'secp256k1 where there is no X25519',
    { verificationMethod: all, keyAgreement: ['#k'], assertionMethod: ['#identity'] },
    { envelopeKey: SECP256K1_KEY, identityKey: IDENTITY_KEY, areIndependent: true },
  ],
  [
    'a key under authentication that signs',
    { verificationMethod: all, keyAgreement: ['#x'], authentication: ['#o'] },
    { identityKey: { methodId: `${DID}#o`, algorithm: 'ES256K', publicKey: otherSecp256k1 }, areIndependent: true },
  ],
  [
    'assertionMethod before authentication',
    { verificationMethod: all, keyAgreement: ['#x'], authentication: ['#o'], assertionMethod: ['#identity'] },
    { identityKey: IDENTITY_KEY },
  ],
  [
    'one secp256k1 key for everything',
    { verificationMethod: [own.secp256k1] },
    {
      envelopeKey: SECP256K1_KEY,
      identityKey: { methodId: `${DID}#k`, algorithm: 'ES256K', publicKey: secp256k1 },
      areIndependent: false,
    },
  ],
  [
    'a signing key that is an older key for sealing as well',
    { verificationMethod: all, keyAgreement: ['#x', '#k'], assertionMethod: ['#k'] },
    { envelopeKey: X25519_KEY, areIndependent: false },
  ],
  [
    'an X25519 key computed from the identity key',
    {
      verificationMethod: [own.identity, method('x', 'x25519', ed25519.utils.toMontgomery(identity))],
      keyAgreement: ['#x'],
      assertionMethod: ['#identity'],
    },
    { areIndependent: false },
  ],
])('%s is taken', (_name, rest, expected) => {
  expect(readOracleKeys(documentOf(rest))).toMatchObject({ did: DID, offersXWing: false, ...expected });
});

const encodings: [string, object][] = [
  ['X25519 of 2020', { type: 'X25519KeyAgreementKey2020', publicKeyMultibase: multikeyOf('x25519', x25519) }],
  ['X25519 of 2019', { type: 'X25519KeyAgreementKey2019', publicKeyBase58: base58.encode(x25519) }],
  ['a JWK', { type: 'JsonWebKey', publicKeyJwk: { kty: 'OKP', crv: 'X25519', x: base64urlnopad.encode(x25519) } }],
  ['multibase without codec', { type: 'X25519KeyAgreementKey2020', publicKeyMultibase: `z${base58.encode(x25519)}` }],
];
test.each(encodings)('an X25519 key as %s is read', (_name, key) => {
  const verificationMethod = [own.identity, { id: '#x', controller: DID, ...key }];
  const document = documentOf({ verificationMethod, keyAgreement: ['#x'], assertionMethod: ['#identity'] });
  expect(readOracleKeys(document).envelopeKey).toEqual(X25519_KEY);
});

const signers: [string, object][] = [
  ['Ed25519 of 2020', { type: 'Ed25519VerificationKey2020', publicKeyMultibase: multikeyOf('ed25519', identity) }],
  ['Ed25519 of 2018', { type: 'Ed25519VerificationKey2018', publicKeyBase58: base58.encode(identity) }],
  [
    'a JWK',
    { type: 'JsonWebKey2020', publicKeyJwk: { kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(identity) } },
  ],
];
test.each(signers)('a user key as %s is read', (_name, key) => {
  const document = documentOf({ assertionMethod: [{ id: `${DID}#identity`, controller: DID, ...key }] });
  expect(readUserSigningKey(document, `${DID}#identity`)).toEqual(IDENTITY_KEY);
});

test('an X-Wing key is noticed and not used', () => {
  const xWing = {
    id: '#w',
    type: 'JsonWebKey',
    publicKeyJwk: { kty: 'AKP', alg: 'HPKE-X-Wing', pub: base64urlnopad.encode(new Uint8Array(1216)) },
  };
  const rest = { verificationMethod: [...all, xWing], keyAgreement: ['#w', '#x'], assertionMethod: ['#identity'] };
  expect(readOracleKeys(documentOf(rest))).toMatchObject({ offersXWing: true, envelopeKey: X25519_KEY });
  const short = { ...xWing, publicKeyJwk: { ...xWing.publicKeyJwk, pub: 'AAAA' } };
  const broken = documentOf({ ...rest, verificationMethod: [...all, short] });
  expect(() => readOracleKeys(broken)).toThrow(withCode('ERR_DID_DOCUMENT'));
});

test.each<[string, object, string]>([
  ['nothing', {}, 'ERR_ENVELOPE_UNSUPPORTED'],
  [
    'only a key that signs',
    { verificationMethod: [own.identity], assertionMethod: ['#identity'] },
    'ERR_ENVELOPE_UNSUPPORTED',
  ],
  ['only a key that cannot sign', { verificationMethod: [own.x25519], keyAgreement: ['#x'] }, 'ERR_DID_DOCUMENT'],
  [
    'X25519 and a secp256k1 key that is for sealing',
    { verificationMethod: [own.x25519, own.secp256k1], keyAgreement: ['#x', '#k'] },
    'ERR_DID_DOCUMENT',
  ],
  [
    'an X25519 key of small order',
    {
      verificationMethod: [own.identity, method('x', 'x25519', new Uint8Array(32))],
      keyAgreement: ['#x'],
      assertionMethod: ['#identity'],
    },
    'ERR_DID_DOCUMENT',
  ],
  [
    'an identity key of small order',
    {
      verificationMethod: [own.x25519, method('i', 'ed25519', Uint8Array.of(1, ...new Uint8Array(31)))],
      keyAgreement: ['#x'],
      assertionMethod: ['#i'],
    },
    'ERR_DID_DOCUMENT',
  ],
  [
    "keys under somebody else's name",
    { keyAgreement: [{ ...own.secp256k1, id: 'did:ixo:mallory#k' }] },
    'ERR_ENVELOPE_UNSUPPORTED',
  ],
])('of a document that offers %s no keys are taken', (_name, rest, code) => {
  expect(() => readOracleKeys(documentOf(rest))).toThrow(withCode(code));
});

test.each<[string, object]>([
  ['a key for sealing', { verificationMethod: all, keyAgreement: ['#identity'] }],
  ['a key that nothing allows to sign', { verificationMethod: all }],
  ['no such key', { verificationMethod: [own.secp256k1], assertionMethod: ['#k', '#identity'] }],
  ['an X25519 key under its name', { assertionMethod: [method('identity', 'x25519', x25519)] }],
])('%s is not a signing key of a user', (_name, rest) => {
  expect(() => readUserSigningKey(documentOf(rest), `${DID}#identity`)).toThrow(withCode('ERR_DID_DOCUMENT'));
});

const resolver = createDidResolver();
const overrides = { matrixUserId: '@oracle:example.org', backendUrl: 'https://calls.example.org' };

test.each([
  ['ed25519', identity, 'hpke-x25519', 'Ed25519'],
  ['secp256k1', secp256k1, 'ecies-secp256k1', 'ES256K'],
] as const)('a did:key of %s has keys that are not independent', async (curve, publicKey, suite, algorithm) => {
  const did = didKeyOf(curve, publicKey);
  const { keys } = await resolveStrictOracle(did, resolver, { overrides });
  expect(keys).toMatchObject({ areIndependent: false, envelopeKey: { suite }, identityKey: { algorithm, publicKey } });
});

test('the key of a user is resolved by its name', async () => {
  const did = didKeyOf('ed25519', identity);
  const methodId = didKeyMethodIdOf(did);
  const signingKey = { methodId, algorithm: 'Ed25519', publicKey: identity };
  expect(await resolveUserKey(did, methodId, resolver)).toEqual({ did, signingKey, keyRotations: [] });
  await expect(resolveUserKey(did, `${did}#other`, resolver)).rejects.toThrow(withCode('ERR_DID_DOCUMENT'));
});

const options = { did: parseDid(DID), matrixUserId: '@oracle:example.org', backendUrl: 'https://calls.example.org' };
const resolverOf = (didDocument: DIDDocument) => ({
  resolve: () => Promise.resolve({ didDocument, didDocumentMetadata: {}, didResolutionMetadata: {} }),
});

test('a document that we build for signed calls says all that one needs', async () => {
  const keys = { publicKey: secp256k1, envelopePublicKey: x25519, identityPublicKey: identity };
  const document = buildOracleDidDocument({ ...options, ...keys, keyRotations: ['20ab', '20cd'] });
  expect(await resolveStrictOracle(DID, resolverOf(document))).toEqual({
    ...options,
    keys: {
      did: DID,
      envelopeKey: { ...X25519_KEY, methodId: `${DID}#envelope-x25519` },
      identityKey: IDENTITY_KEY,
      areIndependent: true,
      offersXWing: false,
    },
    keyRotations: ['20ab', '20cd'],
  });
});

test.each<[string, object, string]>([
  ['no key', {}, 'ERR_ENVELOPE_UNSUPPORTED'],
  ['an X25519 key alone', { envelopePublicKey: x25519 }, 'ERR_DID_DOCUMENT'],
  [
    'a broken X25519 key',
    { envelopePublicKey: new Uint8Array(32), identityPublicKey: identity },
    'ERR_ENVELOPE_UNSUPPORTED',
  ],
  [
    'a broken identity key',
    { publicKey: secp256k1, identityPublicKey: new Uint8Array(31) },
    'ERR_ENVELOPE_UNSUPPORTED',
  ],
  [
    'too many rotations',
    { publicKey: secp256k1, keyRotations: Array.from({ length: 17 }, () => '20') },
    'ERR_DID_DOCUMENT',
  ],
])('a document with %s is not built', (_name, keys, code) => {
  expect(() => buildOracleDidDocument({ ...options, ...keys })).toThrow(withCode(code));
});

test.each([
  ['another scheme', 'https://example.org/20'],
  ['capitals', 'data:text/plain,20AB'],
  ['half a byte', 'data:text/plain,20A'],
  ['two endpoints', ['data:text/plain,20', 'data:text/plain,20']],
])('a rotation with %s makes a document unusable', async (_name, serviceEndpoint) => {
  const document = buildOracleDidDocument({ ...options, publicKey: secp256k1 });
  const service = [...(document.service ?? []), { ...keyRotationServiceOf(DID, 1, ''), serviceEndpoint }];
  await expect(resolveStrictOracle(DID, resolverOf({ ...document, service }))).rejects.toThrow(
    withCode('ERR_DID_DOCUMENT'),
  );
});

import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { base58, base64urlnopad } from '@scure/base';
import type { DIDDocument } from 'did-resolver';
import { expect, test } from 'vitest';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { multikeyOf } from './did-key.ts';
import { pickEnvelopeKey } from './document-keys.ts';

const DID = 'did:ixo:oracle456';
const { publicKey } = createOracleKeyPair();
const { publicKey: otherKey } = createOracleKeyPair();
const long = secp256k1.Point.fromBytes(publicKey).toBytes(false);
const jwk = {
  kty: 'EC',
  crv: 'secp256k1',
  x: base64urlnopad.encode(long.subarray(1, 33)),
  y: base64urlnopad.encode(long.subarray(33)),
};
const K2019 = 'EcdsaSecp256k1VerificationKey2019';
const ed25519 = {
  type: 'Ed25519VerificationKey2020',
  publicKeyMultibase: multikeyOf('ed25519', new Uint8Array(32).fill(7)),
};

const documentOf = (rest: object): DIDDocument => ({ id: DID, ...rest });
const method = (key: object, name = 'k'): object => ({ id: `${DID}#${name}`, controller: DID, ...key });
const multikey = (key: Uint8Array): object => ({ type: 'Multikey', publicKeyMultibase: multikeyOf('secp256k1', key) });

test.each<[string, object]>([
  ['Multikey', multikey(publicKey)],
  [
    'Multikey in base64url',
    { type: 'Multikey', publicKeyMultibase: `u${base64urlnopad.encode(Uint8Array.of(0xe7, 1, ...publicKey))}` },
  ],
  ['2019, hex', { type: K2019, publicKeyHex: bytesToHex(publicKey) }],
  ['2019, hex in capitals, uncompressed', { type: K2019, publicKeyHex: bytesToHex(long).toUpperCase() }],
  ['2019, base58', { type: K2019, publicKeyBase58: base58.encode(publicKey) }],
  ['2019, multibase with codec', { type: K2019, publicKeyMultibase: multikeyOf('secp256k1', publicKey) }],
  ['2019, multibase without codec', { type: K2019, publicKeyMultibase: `z${base58.encode(publicKey)}` }],
  ['2019, multibase as ixo writes it', { type: K2019, publicKeyMultibase: `F${bytesToHex(publicKey).toUpperCase()}` }],
  ['2019, JWK', { type: K2019, publicKeyJwk: jwk }],
  ['2018, base58', { type: 'Secp256k1VerificationKey2018', publicKeyBase58: base58.encode(publicKey) }],
  ['JsonWebKey2020', { type: 'JsonWebKey2020', publicKeyJwk: jwk }],
  ['JsonWebKey', { type: 'JsonWebKey', publicKeyJwk: jwk }],
])('%s is read', (_name, key) => {
  const document = documentOf({ verificationMethod: [method(key)], keyAgreement: [`${DID}#k`] });
  expect(pickEnvelopeKey(document)).toEqual({ keyId: `${DID}#k`, publicKey });
});

test.each<[string, object]>([
  ['a relative reference', { verificationMethod: [method(multikey(publicKey))], keyAgreement: ['#k'] }],
  [
    'a relative id',
    { verificationMethod: [{ ...multikey(publicKey), id: '#k', controller: DID }], keyAgreement: [`${DID}#k`] },
  ],
  ['an embedded method', { keyAgreement: [method(multikey(publicKey))] }],
  [
    'key agreement before other uses',
    {
      verificationMethod: [method(multikey(otherKey), 'auth'), method(multikey(publicKey))],
      authentication: ['#auth'],
      keyAgreement: ['#k'],
    },
  ],
  [
    'the first of several for key agreement',
    { verificationMethod: [method(multikey(publicKey)), method(multikey(otherKey), 'b')], keyAgreement: ['#k', '#b'] },
  ],
  [
    'the secp256k1 key among others for key agreement',
    { verificationMethod: [method(ed25519, 'e'), method(multikey(publicKey))], keyAgreement: ['#e', '#k'] },
  ],
  [
    'the only secp256k1 key, without key agreement',
    { verificationMethod: [method(ed25519, 'e'), method(multikey(publicKey))] },
  ],
  [
    'the only secp256k1 key, when key agreement names another kind',
    { verificationMethod: [method(ed25519, 'e'), method(multikey(publicKey))], keyAgreement: ['#e'] },
  ],
  [
    'one key that is listed twice',
    { verificationMethod: [method(multikey(publicKey)), method({ type: K2019, publicKeyHex: bytesToHex(long) }, 'b')] },
  ],
])('%s is taken', (_name, rest) => {
  expect(pickEnvelopeKey(documentOf(rest))).toEqual({ keyId: `${DID}#k`, publicKey });
});

test.each<[string, object]>([
  ['no keys', {}],
  ['an empty list', { verificationMethod: [] }],
  ['Ed25519 only', { verificationMethod: [method(ed25519)], keyAgreement: ['#k'] }],
  ['a Multikey of Ed25519', { verificationMethod: [method({ ...ed25519, type: 'Multikey' })], keyAgreement: ['#k'] }],
  ['P-256', { verificationMethod: [method({ type: 'JsonWebKey2020', publicKeyJwk: { ...jwk, crv: 'P-256' } })] }],
  ['a reference to nothing', { keyAgreement: ['#k'] }],
  ["a reference into somebody else's document", { keyAgreement: ['did:ixo:mallory#k'] }],
  [
    'a type that only sounds alike',
    { verificationMethod: [method({ type: 'Secp256k1', publicKeyHex: bytesToHex(publicKey) })] },
  ],
  ['a key without material', { verificationMethod: [method({ type: K2019 })] }],
  ['entries that are no methods', { verificationMethod: [null, 5, 'k', []], keyAgreement: [null, 5] }],
])('%s: no key can be used', (_name, rest) => {
  expect(() => pickEnvelopeKey(documentOf(rest))).toThrow(
    expect.objectContaining({ code: 'ERR_ENVELOPE_UNSUPPORTED' }),
  );
});

const offCurve = bytesToHex(long).slice(0, -2) + (bytesToHex(long).endsWith('00') ? '01' : '00');

test.each<[string, object]>([
  [
    'two different keys without key agreement',
    { verificationMethod: [method(multikey(publicKey)), method(multikey(otherKey), 'b')] },
  ],
  ['a point off the curve', { verificationMethod: [method({ type: K2019, publicKeyHex: offCurve })] }],
  ['a short key', { verificationMethod: [method({ type: K2019, publicKeyHex: '02ab' })] }],
  ['hex that is none', { verificationMethod: [method({ type: K2019, publicKeyHex: 'zz' })] }],
  ['base58 that is none', { verificationMethod: [method({ type: K2019, publicKeyBase58: '0OIl' })] }],
  [
    'an unknown multibase',
    { verificationMethod: [method({ type: 'Multikey', publicKeyMultibase: `m${bytesToHex(publicKey)}` })] },
  ],
  ['an empty multibase', { verificationMethod: [method({ type: 'Multikey', publicKeyMultibase: '' })] }],
  ['a JWK without y', { verificationMethod: [method({ type: 'JsonWebKey', publicKeyJwk: { ...jwk, y: undefined } })] }],
  ['a JWK with a short x', { verificationMethod: [method({ type: 'JsonWebKey', publicKeyJwk: { ...jwk, x: 'AA' } })] }],
  ['keys that are no list', { verificationMethod: { 0: method(multikey(publicKey)) } }],
  [
    'a broken key beside a good one',
    {
      verificationMethod: [method(multikey(publicKey)), method({ type: K2019, publicKeyHex: '02ab' }, 'b')],
      keyAgreement: ['#b', '#k'],
    },
  ],
  ['more keys than anybody has', { verificationMethod: Array.from({ length: 65 }, () => method(multikey(publicKey))) }],
])('%s: the document is refused', (_name, rest) => {
  expect(() => pickEnvelopeKey(documentOf(rest))).toThrow(expect.objectContaining({ code: 'ERR_DID_DOCUMENT' }));
});

import { expect, test } from 'vitest';
import { type OracleKeys, readOracleKeys } from '../did/call-keys.ts';
import { parseDid } from '../did/did.ts';
import { buildOracleDidDocument } from '../did/oracle-document.ts';
import type { OracleKey } from '../envelope/oracle-key-file.ts';
import { createOracleKeyPair } from '../envelope/secp256k1-key.ts';
import { createX25519KeyPair } from '../envelope/x25519-key.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { signingPublicKeyOf } from '../signing/raw-key-signer.ts';
import { isSignatureValid } from '../signing/verify-signature.ts';
import { ownOracleKeys } from './own-keys.ts';

const did = parseDid('did:ixo:oracle456');

function keyFile(): OracleKey & { envelopePublicKey: Uint8Array; identityPublicKey: Uint8Array } {
  const envelope = createX25519KeyPair();
  const identityPrivateKey = SecretBytes.random(32, 'identity');
  return {
    did,
    ...createOracleKeyPair(),
    envelopePrivateKey: envelope.privateKey,
    envelopePublicKey: envelope.publicKey,
    identityPrivateKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
  };
}

const file = keyFile();
const offeredBy = (keys: object): OracleKeys =>
  readOracleKeys(
    buildOracleDidDocument({
      did,
      matrixUserId: '@oracle:example.org',
      backendUrl: 'https://calls.example.org',
      ...keys,
    }),
  );
const { publicKey, envelopePublicKey, identityPublicKey } = file;

test('the private halves of what the document offers are found', async () => {
  const own = ownOracleKeys(file, offeredBy({ publicKey, envelopePublicKey, identityPublicKey }));
  expect(own).toMatchObject({ areIndependent: true, envelopeKey: { suite: 'hpke-x25519' } });
  expect(own.envelopePrivateKey).toBe(file.envelopePrivateKey);
  expect(own.identitySigner).toMatchObject({ did, methodId: `${did}#identity`, algorithm: 'Ed25519' });
  const message = Uint8Array.of(1);
  const signature = await own.identitySigner.sign(message);
  expect(isSignatureValid({ ...own.identityKey, message, signature })).toBe(true);
});

test('a document with one secp256k1 key uses it for both', () => {
  const own = ownOracleKeys(file, offeredBy({ publicKey }));
  expect(own).toMatchObject({ areIndependent: false, envelopeKey: { suite: 'ecies-secp256k1' } });
  expect(own.envelopePrivateKey).toBe(file.privateKey);
  expect(own.identitySigner).toMatchObject({ methodId: `${did}#envelope`, algorithm: 'ES256K', publicKey });
});

const foreign = keyFile();
test.each<[string, object, Partial<OracleKey>]>([
  ['another X25519 key', { envelopePublicKey: foreign.envelopePublicKey, identityPublicKey }, {}],
  ['another Ed25519 key', { envelopePublicKey, identityPublicKey: foreign.identityPublicKey }, {}],
  ['another secp256k1 key', { publicKey: foreign.publicKey }, {}],
  ['an X25519 key that the file lacks', { envelopePublicKey, identityPublicKey }, { envelopePrivateKey: undefined }],
  ['an Ed25519 key that the file lacks', { envelopePublicKey, identityPublicKey }, { identityPrivateKey: undefined }],
  ['keys of another DID', { publicKey }, { did: parseDid('did:ixo:other') }],
])('a document that offers %s is refused', (_name, offered, change) => {
  expect(() => ownOracleKeys({ ...file, ...change }, offeredBy(offered))).toThrow(
    expect.objectContaining({ code: 'ERR_DID_DOCUMENT' }),
  );
});

import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { parseDid } from '../did/did.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { encodeOracleKeyFile, parseOracleKeyFile } from './oracle-key-file.ts';
import { createOracleKeyPair } from './secp256k1-key.ts';

const { privateKey, publicKey } = createOracleKeyPair();
const did = parseDid('did:ixo:oracle456');
const text = encodeOracleKeyFile(did, privateKey);

test('what is encoded parses to the same key', () => {
  const key = parseOracleKeyFile(text);
  expect(key.did).toBe(did);
  expect(key.privateKey.expose()).toEqual(privateKey.expose());
  expect(key.publicKey).toEqual(publicKey);
});

test('the keys for signed calls stand beside the older one, and a file without them is read as before', () => {
  const envelopePrivateKey = SecretBytes.random(32, 'envelope');
  const identityPrivateKey = SecretBytes.random(32, 'identity');
  const key = parseOracleKeyFile(encodeOracleKeyFile(did, privateKey, { envelopePrivateKey, identityPrivateKey }));
  expect(key.privateKey.expose()).toEqual(privateKey.expose());
  expect(key.envelopePrivateKey?.expose()).toEqual(envelopePrivateKey.expose());
  expect(key.identityPrivateKey?.expose()).toEqual(identityPrivateKey.expose());
  expect(Object.keys(parseOracleKeyFile(text))).toEqual(['did', 'privateKey', 'publicKey']);
});

const changed = (change: object): string => JSON.stringify({ ...(JSON.parse(text) as object), ...change });
const secretHex = bytesToHex(privateKey.expose());

test.each([
  ['not JSON', `${secretHex}!`, 'ERR_PROTOCOL_MALFORMED'],
  ['an array', '[]', 'ERR_PROTOCOL_MALFORMED'],
  ['another key type', changed({ kty: 'OKP' }), 'ERR_PROTOCOL_MALFORMED'],
  ['no DID', changed({ did: 'oracle456' }), 'ERR_PROTOCOL_MALFORMED'],
  ['a short key', changed({ privateKeyHex: secretHex.slice(2) }), 'ERR_PROTOCOL_MALFORMED'],
  ['a short envelope key', changed({ envelopePrivateKeyHex: secretHex.slice(2) }), 'ERR_PROTOCOL_MALFORMED'],
  ['an identity key that is no hex', changed({ identityPrivateKeyHex: 'z'.repeat(64) }), 'ERR_PROTOCOL_MALFORMED'],
  ['a key that is a number', changed({ privateKeyHex: 5 }), 'ERR_PROTOCOL_MALFORMED'],
  ['zero', changed({ privateKeyHex: '0'.repeat(64) }), 'ERR_ENVELOPE_UNSUPPORTED'],
])('%s is refused, without showing the key', (_name, content, code) => {
  let thrown: unknown;
  try {
    parseOracleKeyFile(content);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code });
  const { message, details, cause } = thrown as Error & { details: unknown };
  expect(JSON.stringify({ message, details, cause: String(cause) })).not.toContain(secretHex.slice(2, 20));
});

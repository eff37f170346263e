import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretBytes, systemClock } from '@oracle-calls/protocol';
import { buildOracleDidDocument, parseDid, readOracleKeys } from '@oracle-calls/protocol/did';
import { createOracleKeyPair, createX25519KeyPair, encodeOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { signingPublicKeyOf } from '@oracle-calls/protocol/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { offeredKeysOf, ownDocumentSchema, resolveOwnDocument, toOwnDocument } from './own-document.ts';
import { readOwnIdentity } from './own-identity.ts';
import * as v from 'valibot';

const did = parseDid('did:ixo:oracle');
const never = new AbortController().signal;

function makeOracle() {
  const { privateKey, publicKey } = createOracleKeyPair();
  const envelope = createX25519KeyPair();
  const identityPrivateKey = SecretBytes.random(32, 'identity key');
  const identityPublicKey = signingPublicKeyOf('Ed25519', identityPrivateKey);
  const services = { did, matrixUserId: '@oracle:example.org', backendUrl: 'https://calls.example.org' };
  const keys = { publicKey, envelopePublicKey: envelope.publicKey, identityPublicKey };
  const privateKeys = { envelopePrivateKey: envelope.privateKey, identityPrivateKey };
  return {
    privateKey,
    document: buildOracleDidDocument({ ...services, ...keys }),
    singleDocument: buildOracleDidDocument({ ...services, publicKey }),
    file: encodeOracleKeyFile(did, privateKey, privateKeys),
    singleFile: encodeOracleKeyFile(did, privateKey),
  };
}

const oracle = makeOracle();
const own = toOwnDocument(readOracleKeys(oracle.document), '@oracle:example.org');
const ownSingle = toOwnDocument(readOracleKeys(oracle.singleDocument), '@oracle:example.org');

let dir = '';
let server: Server | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'identity-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
  server?.close();
  server = undefined;
});

async function identityOf(text: string, document = own): ReturnType<typeof readOwnIdentity> {
  const oracleKeyFile = join(dir, 'oracle.key.json');
  await writeFile(oracleKeyFile, text);
  return readOwnIdentity({ oracleDid: did, oracleKeyFile }, document, {});
}

describe("the oracle's own document", () => {
  it('survives JSON on its way to the jobs', () => {
    const again = v.parse(ownDocumentSchema, JSON.parse(JSON.stringify(own)));
    expect(offeredKeysOf(again)).toEqual(readOracleKeys(oracle.document));
  });

  it('is resolved by the agent itself, from loopback only when that is allowed', async () => {
    server = createServer((_request, response) => response.end(JSON.stringify(oracle.document)));
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const didResolverUrl = `http://127.0.0.1:${port}`;
    const resolve = (allowPrivateAddresses: boolean): ReturnType<typeof resolveOwnDocument> =>
      resolveOwnDocument(did, { didResolverUrl, allowPrivateAddresses }, systemClock, never);
    expect(await resolve(true)).toEqual(own);
    await expect(resolve(false)).rejects.toThrow();
  });
});

describe("the oracle's identity", () => {
  it('has the private halves of what the document offers', async () => {
    using identity = await identityOf(oracle.file);
    expect(identity.keys.envelopeKey.suite).toBe('hpke-x25519');
    expect(identity.keys.identitySigner.algorithm).toBe('Ed25519');
    expect(identity.matrixUserId).toBe('@oracle:example.org');
  });

  it('may be one secp256k1 key from the environment, when the document offers no other', async () => {
    const env = { ORACLE_PRIVATE_KEY_HEX: Buffer.from(oracle.privateKey.expose()).toString('hex') };
    using identity = await readOwnIdentity({ oracleDid: did }, ownSingle, env);
    expect(identity.keys.identitySigner.algorithm).toBe('ES256K');
    await expect(readOwnIdentity({ oracleDid: did }, own, env)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_DID_DOCUMENT' }),
    );
  });

  it.each([
    ['lacks a key', oracle.singleFile],
    ['holds other keys', makeOracle().file],
  ])('is refused when the file %s', async (_what, file) => {
    await expect(identityOf(file)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_DID_DOCUMENT', message: expect.stringContaining('key file') as string }),
    );
  });

  it('can wipe what opens envelopes and go on signing', async () => {
    using identity = await identityOf(oracle.file);
    identity.wipeReceiving();
    expect(() => identity.keys.envelopePrivateKey.expose()).toThrow();
    expect(() => identity.olderPrivateKey.expose()).toThrow();
    expect(await identity.keys.identitySigner.sign(new Uint8Array(1))).toHaveLength(64);
  });

  it('of a single key goes on signing until it is wiped as a whole', async () => {
    const identity = await identityOf(oracle.singleFile, ownSingle);
    identity.wipeReceiving();
    expect(await identity.keys.identitySigner.sign(new Uint8Array(1))).toHaveLength(64);
    identity[Symbol.dispose]();
    await expect(identity.keys.identitySigner.sign(new Uint8Array(1))).rejects.toThrow();
  });
});

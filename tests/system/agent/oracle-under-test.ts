import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretBytes } from '@oracle-calls/protocol';
import type { Did } from '@oracle-calls/protocol';
import { buildOracleDidDocument, parseDid, readOracleKeys } from '@oracle-calls/protocol/did';
import type { OracleKeys } from '@oracle-calls/protocol/did';
import { createOracleKeyPair, createX25519KeyPair, encodeOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { signingPublicKeyOf } from '@oracle-calls/protocol/signing';

/** Which keys the oracle's DID document offers. */
export type OracleKeySet = 'independent' | 'single';

/** The oracle that an agent under test speaks for: its public side, and what must stay with the agent. */
export interface OracleUnderTest {
  readonly did: Did;
  readonly matrixUserId: string;
  readonly keys: OracleKeys;
  /** secp256k1: what callers of the older protocol seal to. */
  readonly olderPublicKey: Uint8Array;
  readonly keyFileText: string;
  /** Private keys in hex, for searching where they must not be, and for thieves. */
  readonly secrets: { readonly older: string; readonly envelope: string; readonly identity: string };
}

export const MATRIX_ORACLE = '@oracle:example.org';

/** Makes the oracle's keys, and publishes its document in the folder of a local resolver. */
export async function makeOracle(
  documentsDir: string,
  backendUrl: string,
  keySet: OracleKeySet = 'independent',
): Promise<OracleUnderTest> {
  const did = parseDid('did:ixo:oracle-under-test');
  const { privateKey, publicKey } = createOracleKeyPair();
  const envelope = createX25519KeyPair();
  const identityPrivateKey = SecretBytes.random(32, 'identity key');
  const strong = {
    envelopePublicKey: envelope.publicKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
  };
  const document = buildOracleDidDocument({
    did,
    publicKey,
    ...(keySet === 'independent' ? strong : {}),
    matrixUserId: MATRIX_ORACLE,
    backendUrl,
  });
  await publish(documentsDir, 'oracle', document);
  const privateKeys = { envelopePrivateKey: envelope.privateKey, identityPrivateKey };
  return {
    did,
    matrixUserId: MATRIX_ORACLE,
    keys: readOracleKeys(document),
    olderPublicKey: publicKey,
    keyFileText: encodeOracleKeyFile(did, privateKey, keySet === 'independent' ? privateKeys : {}),
    secrets: { older: hexOf(privateKey), envelope: hexOf(envelope.privateKey), identity: hexOf(identityPrivateKey) },
  };
}

/** Puts a DID document where the resolver finds it, in place of the one that was there. */
export async function publish(documentsDir: string, name: string, document: object): Promise<void> {
  await mkdir(documentsDir, { recursive: true });
  await writeFile(join(documentsDir, `${name}.json`), JSON.stringify(document));
}

const hexOf = (secret: SecretBytes): string => Buffer.from(secret.expose()).toString('hex');

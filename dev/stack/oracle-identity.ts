import { join } from 'node:path';
import { generateOracleFiles, ORACLE_FILE_NAMES } from 'oracle-calls/keygen';
import { buildOracleDidDocument, readKeyRotations } from '@oracle-calls/protocol/did';
import { parseOracleKeyFile, x25519PublicKeyOf } from '@oracle-calls/protocol/envelope';
import { signingPublicKeyOf } from '@oracle-calls/protocol/signing';
import { DevError } from '../process/dev-error.ts';
import { privateDir, tryRead, writePrivate } from '../process/private-file.ts';

/** The oracle of every stack; the local resolver alone knows it. */
export const ORACLE_DID = 'did:ixo:demo-oracle';

/** The oracle's keys, below the state folder. */
export const ORACLE_FOLDER = 'oracle';

export interface OracleIdentity {
  readonly did: string;
  /** The private keys' file: for the agent alone. */
  readonly keyFile: string;
  readonly agentKeyFile: string;
  /** What the backend knows of the agent's key, in hex. */
  readonly agentKeySha256: string;
}

export interface OracleIdentityOptions {
  readonly stateDir: string;
  readonly didDocumentsDir: string;
  readonly matrixUserId: string;
  readonly backendUrl: string;
  /** {@link ORACLE_DID} unless told. */
  readonly did?: string | undefined;
  /** Below the state folder; also names its document. {@link ORACLE_FOLDER} unless told. */
  readonly folder?: string | undefined;
}

/**
 * The oracle's keys, made at the first start by the same function as `oracle-calls keygen`, and its DID document,
 * written anew each time, since the backend's port may be another one.
 */
export async function makeOracleIdentity(options: OracleIdentityOptions): Promise<OracleIdentity> {
  const { stateDir, didDocumentsDir, matrixUserId, backendUrl, did = ORACLE_DID, folder = ORACLE_FOLDER } = options;
  const outDir = join(stateDir, folder);
  const keyFile = join(outDir, ORACLE_FILE_NAMES.oracleKeyFile);
  if ((await tryRead(keyFile)) === undefined) {
    await generateOracleFiles({ did, matrixUserId, backendUrl, outDir, force: true });
  }
  const key = parseOracleKeyFile(await keptText(keyFile));
  using _privateKey = key.privateKey;
  using envelopePrivateKey = key.envelopePrivateKey;
  using identityPrivateKey = key.identityPrivateKey;
  if (envelopePrivateKey === undefined || identityPrivateKey === undefined) {
    throw new DevError('ERR_DEV_STATE', `${keyFile} is of before signed calls; delete its folder to make new keys.`);
  }
  const document = buildOracleDidDocument({
    did: key.did,
    publicKey: key.publicKey,
    envelopePublicKey: x25519PublicKeyOf(envelopePrivateKey),
    identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
    matrixUserId,
    backendUrl,
    keyRotations: await keptRotations(join(outDir, ORACLE_FILE_NAMES.didDocumentFile)),
  });
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  await writePrivate(join(outDir, ORACLE_FILE_NAMES.didDocumentFile), text);
  await writePrivate(join(await privateDir(didDocumentsDir), `${folder}.json`), text);
  return {
    did: key.did,
    keyFile,
    agentKeyFile: join(outDir, ORACLE_FILE_NAMES.agentApiKeyFile),
    agentKeySha256: await keptText(join(outDir, ORACLE_FILE_NAMES.agentApiKeyHashFile)),
  };
}

/** The statements of rotations that the document of before shows. */
async function keptRotations(didDocumentFile: string): Promise<string[]> {
  const text = await tryRead(didDocumentFile);
  return text === undefined ? [] : readKeyRotations(JSON.parse(text) as Parameters<typeof readKeyRotations>[0]);
}

async function keptText(path: string): Promise<string> {
  const text = await tryRead(path);
  if (text === undefined)
    throw new DevError('ERR_DEV_STATE', `${path} is missing; delete its folder to make new keys.`);
  return text;
}

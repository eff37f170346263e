import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Did, OracleCallError, SecretBytes, systemClock } from '@oracle-calls/protocol';
import {
  buildOracleDidDocument,
  KEY_ROTATIONS_MAX,
  readKeyRotations,
  readOracleKeys,
  resolveStrictOracle,
} from '@oracle-calls/protocol/did';
import {
  createOracleKeyPair,
  createX25519KeyPair,
  encodeOracleKeyFile,
  parseOracleKeyFile,
  type OracleKey,
} from '@oracle-calls/protocol/envelope';
import { parseKeyRotation, signKeyRotation } from '@oracle-calls/protocol/key-pin';
import {
  type CallSigner,
  createRawKeySigner,
  type SigningKey,
  signingPublicKeyOf,
} from '@oracle-calls/protocol/signing';
import * as v from 'valibot';
import { IDENTITY_KEY_BYTES, ORACLE_FILE_NAMES, PUBLIC_MODE, SECRET_MODE } from './generate-oracle-files.ts';
import { writeFiles } from './private-files.ts';

type DidDocument = Parameters<typeof readOracleKeys>[0];

export interface RotateOracleKeysOptions {
  /** Where `keygen` wrote the key file and the DID document. */
  readonly folder: string;
  /** Replaces the identity key too, not only the keys that receive calls. A single key is always replaced. */
  readonly identity?: boolean | undefined;
}

/** Absolute paths of what was written. */
export interface RotatedOracleKeys {
  readonly did: Did;
  /** Counts the rotations of this DID, from 1. */
  readonly sequence: number;
  readonly oracleKeyFile: string;
  /** The keys of before, mode 0600: for the time until nobody uses the document of before. */
  readonly formerKeyFile: string;
  readonly didDocumentFile: string;
}

/**
 * Makes new keys for an oracle, and a DID document that shows them together with a statement, signed by the identity key of before, that they take its
 * place: callers who know the oracle are told, and need not decide anything. The API key stays.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` when a file is not what `keygen` writes, `ERR_KEY_CHANGED` when document and key file are not of one another,
 *   `ERR_CLI_FILE_EXISTS` when other keys lie where those of before would be kept
 */
export async function rotateOracleKeys({
  folder,
  identity = false,
}: RotateOracleKeysOptions): Promise<RotatedOracleKeys> {
  const root = resolve(folder);
  const oracleKeyFile = join(root, ORACLE_FILE_NAMES.oracleKeyFile);
  const didDocumentFile = join(root, ORACLE_FILE_NAMES.didDocumentFile);
  const formerText = await readText(oracleKeyFile);
  const former = parseOracleKeyFile(formerText);
  using _formerPrivateKey = former.privateKey;
  using _formerEnvelopeKey = former.envelopePrivateKey;
  using formerIdentityKey = former.identityPrivateKey;
  const { did } = former;
  const document = parseDocument(await readText(didDocumentFile), did);
  const signer = signerOf(former, readOracleKeys(document).identityKey);

  const { privateKey, publicKey } = createOracleKeyPair();
  using _privateKey = privateKey;
  const envelope = createX25519KeyPair();
  using envelopePrivateKey = envelope.privateKey;
  using freshIdentityKey = SecretBytes.random(IDENTITY_KEY_BYTES, 'oracle identity key');
  const identityPrivateKey = identity ? freshIdentityKey : (formerIdentityKey ?? freshIdentityKey);
  const isIndependent = formerIdentityKey !== undefined;

  const { matrixUserId, backendUrl } = await resolveStrictOracle(
    did,
    {
      resolve: async () => ({ didResolutionMetadata: {}, didDocumentMetadata: {}, didDocument: document }),
    },
    { allowPrivateAddresses: true },
  );
  const common = {
    did,
    publicKey,
    ...(isIndependent && {
      envelopePublicKey: envelope.publicKey,
      identityPublicKey: signingPublicKeyOf('Ed25519', identityPrivateKey),
    }),
    matrixUserId,
    backendUrl,
  };
  const { identityKey, envelopeKey } = readOracleKeys(buildOracleDidDocument(common));
  const earlier = readKeyRotations(document);
  const sequence = 1 + Math.max(0, ...earlier.map((statement) => parseKeyRotation(statement).sequence));
  const statement = await signKeyRotation(signer, {
    sequence,
    issuedAt: systemClock.now(),
    next: { did, signingKey: identityKey, envelopeKey },
  });
  const keyRotations = [...earlier, statement].slice(-KEY_ROTATIONS_MAX);
  const rotated = buildOracleDidDocument({ ...common, keyRotations });
  const keyFile = encodeOracleKeyFile(did, privateKey, isIndependent ? { envelopePrivateKey, identityPrivateKey } : {});

  const formerKeyFile = join(root, `oracle.key.before-${sequence}.json`);
  // First, and never over others: after a run that was interrupted the published keys may be nowhere else.
  if ((await readIfThere(formerKeyFile)) !== formerText)
    await writeFiles(root, [{ path: formerKeyFile, text: formerText, mode: SECRET_MODE }], false);
  await writeFiles(
    root,
    [
      { path: oracleKeyFile, text: keyFile, mode: SECRET_MODE },
      { path: didDocumentFile, text: `${JSON.stringify(rotated, undefined, 2)}\n`, mode: PUBLIC_MODE },
    ],
    true,
  );
  return { did, sequence, oracleKeyFile, formerKeyFile, didDocumentFile };
}

/** The identity key of before signs; where one secp256k1 key does everything, that one. */
function signerOf(former: OracleKey, { methodId, publicKey }: SigningKey): CallSigner {
  const { did, identityPrivateKey, privateKey } = former;
  const name = { did, methodId };
  const signer =
    identityPrivateKey === undefined
      ? createRawKeySigner({ algorithm: 'ES256K', privateKey, name })
      : createRawKeySigner({ algorithm: 'Ed25519', privateKey: identityPrivateKey, name });
  if (Buffer.from(signer.publicKey).equals(publicKey)) return signer;
  throw new OracleCallError('ERR_KEY_CHANGED', 'The DID document shows another identity key than the key file holds.');
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${path} cannot be read.`, { cause });
  }
}

function parseDocument(text: string, did: Did): DidDocument {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'The DID document is not JSON.');
  }
  const parsed = v.safeParse(v.looseObject({ id: v.literal(did) }), content);
  if (parsed.success) return parsed.output;
  throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `The DID document is not of ${did}.`);
}

import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type Did, OracleCallError } from '@oracle-calls/protocol';
import { buildOracleDidDocument, parseDid } from '@oracle-calls/protocol/did';
import { makeOracleKeys } from './oracle-keys.ts';
import { writeFiles } from './private-files.ts';

/** Names of the files in the output folder. */
export const ORACLE_FILE_NAMES = {
  oracleKeyFile: 'oracle.key.json',
  didDocumentFile: 'did.json',
  agentApiKeyFile: 'agent-api-key',
  agentApiKeyHashFile: 'agent-api-key.sha256',
} as const;

/** Random bytes of an agent API key: 256 bits, so that the backend can store a plain hash of it. */
const AGENT_API_KEY_BYTES = 32;

export const SECRET_MODE = 0o600;
export const PUBLIC_MODE = 0o644;

/**
 * - `independent`: X25519 receives, Ed25519 signs, secp256k1 is for callers of the older protocol. Whoever steals the key that
 *   opens envelopes cannot speak as the oracle.
 * - `single`: one secp256k1 key for everything, as ixo's DID documents have it. That promise does not hold then.
 */
export type KeySet = 'independent' | 'single';

export interface OracleFilesOptions {
  readonly did: string;
  /** The oracle's Matrix account, such as `@oracle:example.org`. */
  readonly matrixUserId: string;
  /** Where callers reach the oracle's backend. */
  readonly backendUrl: string;
  /** Folder for the files; made when missing. */
  readonly outDir: string;
  /** `independent` unless told. */
  readonly keySet?: KeySet | undefined;
  /** Replaces files that are there. */
  readonly force?: boolean | undefined;
}

/** Absolute paths, and the one value that the backend's configuration needs. */
export interface OracleFiles {
  readonly did: Did;
  /** Private keys, mode 0600. */
  readonly oracleKeyFile: string;
  readonly didDocumentFile: string;
  /** Secret of the agent, mode 0600. */
  readonly agentApiKeyFile: string;
  readonly agentApiKeyHashFile: string;
  /** SHA-256 of the agent API key in hex: what the backend stores. Not secret. */
  readonly agentApiKeySha256: string;
}

/**
 * Makes an oracle's keys, its DID document and an agent API key, and writes them as files. The secrets are only in the
 * files, never in the result.
 *
 * @throws {OracleCallError} `ERR_CLI_FILE_EXISTS` without `force`, `ERR_DID_MALFORMED`, `ERR_DID_DOCUMENT` for an unusable
 *   Matrix id or address, `ERR_DID_UNSUPPORTED` for a `did:key`, which would have to be made from the key
 */
export async function generateOracleFiles(options: OracleFilesOptions): Promise<OracleFiles> {
  const did = parseDid(options.did);
  if (did.startsWith('did:key:')) {
    throw new OracleCallError('ERR_DID_UNSUPPORTED', 'A did:key is its key and names no services. Give another DID.');
  }
  const { matrixUserId, backendUrl, keySet = 'independent' } = options;
  const { shown, keyFile } = makeOracleKeys(did, keySet === 'independent');
  const document = buildOracleDidDocument({ did, ...shown, matrixUserId, backendUrl });
  const apiKey = `oca_${Buffer.from(crypto.getRandomValues(new Uint8Array(AGENT_API_KEY_BYTES))).toString('base64url')}`;
  const agentApiKeySha256 = createHash('sha256').update(apiKey).digest('hex');

  const folder = resolve(options.outDir);
  const { oracleKeyFile, didDocumentFile, agentApiKeyFile, agentApiKeyHashFile } = ORACLE_FILE_NAMES;
  const files: OracleFiles = {
    did,
    oracleKeyFile: join(folder, oracleKeyFile),
    didDocumentFile: join(folder, didDocumentFile),
    agentApiKeyFile: join(folder, agentApiKeyFile),
    agentApiKeyHashFile: join(folder, agentApiKeyHashFile),
    agentApiKeySha256,
  };
  await writeFiles(
    folder,
    [
      { path: files.oracleKeyFile, text: keyFile, mode: SECRET_MODE },
      { path: files.didDocumentFile, text: `${JSON.stringify(document, undefined, 2)}\n`, mode: PUBLIC_MODE },
      { path: files.agentApiKeyFile, text: `${apiKey}\n`, mode: SECRET_MODE },
      { path: files.agentApiKeyHashFile, text: `${agentApiKeySha256}\n`, mode: PUBLIC_MODE },
    ],
    options.force ?? false,
  );
  return files;
}

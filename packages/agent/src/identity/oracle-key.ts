import { readFile } from 'node:fs/promises';
import { BearerSecret, isOracleCallError, OracleCallError, SecretBytes } from '@oracle-calls/protocol';
import type { Did } from '@oracle-calls/protocol';
import { parseOracleKeyFile, publicKeyOf } from '@oracle-calls/protocol/envelope';
import type { OracleKey } from '@oracle-calls/protocol/envelope';

/** Environment variable with the oracle's only private key in hex, for operators who keep secrets there. */
export const PRIVATE_KEY_VARIABLE = 'ORACLE_PRIVATE_KEY_HEX';

export interface KeySource {
  readonly oracleDid: Did;
  readonly oracleKeyFile?: string | undefined;
}

const HEX_KEY = /^[0-9a-f]{64}$/i;

/**
 * The oracle's private keys, from its file or, when none is named, the single secp256k1 key from the environment.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` naming the source, never its content;
 *   `ERR_ENVELOPE_UNSUPPORTED` when a number is no private key
 */
export async function readOracleKey(source: KeySource, env: NodeJS.ProcessEnv): Promise<OracleKey> {
  const { oracleKeyFile, oracleDid } = source;
  if (oracleKeyFile === undefined) return readKeyVariable(oracleDid, env);
  const text = await readSecretFile(oracleKeyFile);
  const key = withSource(oracleKeyFile, () => parseOracleKeyFile(text));
  if (key.did !== oracleDid) {
    destroyOracleKey(key);
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${oracleKeyFile} holds the key of another DID.`);
  }
  return key;
}

/** Wipes every private key of the file. */
export function destroyOracleKey({ privateKey, envelopePrivateKey, identityPrivateKey }: OracleKey): void {
  for (const secret of [privateKey, envelopePrivateKey, identityPrivateKey]) secret?.destroy();
}

/** A bearer secret kept as the only text of a file. */
export async function readBearerFile(path: string, label: string): Promise<BearerSecret> {
  return new BearerSecret((await readSecretFile(path)).trim(), label);
}

function readKeyVariable(did: Did, env: NodeJS.ProcessEnv): OracleKey {
  const hex = env[PRIVATE_KEY_VARIABLE]?.trim() ?? '';
  if (!HEX_KEY.test(hex)) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${PRIVATE_KEY_VARIABLE} is not 32 bytes in hex.`);
  }
  const bytes = Buffer.from(hex, 'hex');
  const privateKey = new SecretBytes(bytes, 'oracle private key');
  bytes.fill(0);
  return { did, privateKey, publicKey: withSource(PRIVATE_KEY_VARIABLE, () => publicKeyOf(privateKey)) };
}

function withSource<T>(source: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const code = isOracleCallError(cause) ? cause.code : 'ERR_PROTOCOL_MALFORMED';
    throw new OracleCallError(code, `${source} does not hold an oracle's private key.`);
  }
}

async function readSecretFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${path} cannot be read (${code}).`);
  }
}

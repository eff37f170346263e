import { readFile } from 'node:fs/promises';
import { BearerSecret, isOracleCallError, OracleCallError, SecretBytes } from '@oracle-calls/protocol';
import { encodeOracleKeyFile, parseOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { PRIVATE_KEY_VARIABLE } from './job-settings.ts';
import type { JobSettings } from './job-settings.ts';

type KeySource = Pick<JobSettings, 'oracleKeyFile' | 'oracleDid'>;

const HEX_KEY = /^[0-9a-f]{64}$/i;

/**
 * The oracle's private key, from its file or, when none is named, from the environment.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` naming the source, never its content;
 *   `ERR_ENVELOPE_UNSUPPORTED` when the number is no private key
 */
export async function readOracleKey(source: KeySource, env: NodeJS.ProcessEnv): Promise<SecretBytes> {
  const { oracleKeyFile, oracleDid } = source;
  if (oracleKeyFile === undefined) return readKeyVariable(oracleDid, env);
  const text = await readSecretFile(oracleKeyFile);
  const key = withSource(oracleKeyFile, () => parseOracleKeyFile(text));
  if (key.did !== oracleDid) {
    key.privateKey.destroy();
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${oracleKeyFile} holds the key of another DID.`);
  }
  return key.privateKey;
}

/** A bearer secret kept as the only text of a file. */
export async function readBearerFile(path: string, label: string): Promise<BearerSecret> {
  return new BearerSecret((await readSecretFile(path)).trim(), label);
}

function readKeyVariable(did: KeySource['oracleDid'], env: NodeJS.ProcessEnv): SecretBytes {
  const hex = env[PRIVATE_KEY_VARIABLE]?.trim() ?? '';
  if (!HEX_KEY.test(hex)) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${PRIVATE_KEY_VARIABLE} is not 32 bytes in hex.`);
  }
  const bytes = Buffer.from(hex, 'hex');
  using unchecked = new SecretBytes(bytes, 'oracle private key');
  bytes.fill(0);
  return withSource(PRIVATE_KEY_VARIABLE, () => parseOracleKeyFile(encodeOracleKeyFile(did, unchecked))).privateKey;
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

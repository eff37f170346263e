import { join } from 'node:path';
import { BearerSecret, OracleCallError, SecretBytes } from '@oracle-calls/protocol';
import { parseMatrixUserId } from '../matrix-id.ts';
import type { MatrixUserId } from '../matrix-port.ts';
import { tryReadFile, writePrivateFile } from './private-file.ts';

/** Who this store is: written before the first login, so that a crash in between leaves no second device behind. */
export interface AccountSession {
  readonly homeserverUrl: string;
  readonly userId: MatrixUserId;
  readonly deviceId: string;
  /** Missing until the login has succeeded. */
  readonly accessToken: BearerSecret | undefined;
  /** Encrypts the crypto store; missing when the operator supplies it. */
  readonly storageKey: SecretBytes | undefined;
  /** From here on the crypto store holds keys that peers have seen, so it must not be missing. */
  readonly hasCryptoStore: boolean;
}

const SESSION_VERSION = 1;
const STORAGE_KEY_BYTES = 32;
const DEVICE_ID_BYTES = 8;

/** In the store's folder. */
export const SESSION_FILE = 'session.json';

/** A session that has not logged in yet. */
export function newSession(homeserverUrl: string, userId: MatrixUserId, hasOwnKey: boolean): AccountSession {
  const random = crypto.getRandomValues(new Uint8Array(DEVICE_ID_BYTES));
  return {
    homeserverUrl,
    userId,
    deviceId: `ORACLE_${Buffer.from(random).toString('hex').toUpperCase()}`,
    accessToken: undefined,
    storageKey: hasOwnKey ? SecretBytes.random(STORAGE_KEY_BYTES, 'matrix storage key') : undefined,
    hasCryptoStore: false,
  };
}

/** Writes `session.json`, readable by its owner alone. The only place where the access token is written down. */
export async function writeSession(storeDir: string, session: AccountSession): Promise<void> {
  const { homeserverUrl, userId, deviceId, accessToken, storageKey, hasCryptoStore } = session;
  const content = {
    v: SESSION_VERSION,
    homeserverUrl,
    userId,
    deviceId,
    hasCryptoStore,
    ...(accessToken === undefined ? {} : { accessToken: accessToken.expose() }),
    ...(storageKey === undefined ? {} : { storageKey: Buffer.from(storageKey.expose()).toString('base64url') }),
  };
  await writePrivateFile(join(storeDir, SESSION_FILE), `${JSON.stringify(content, null, 2)}\n`);
}

/**
 * The session kept in the folder, if there is one.
 *
 * @throws {OracleCallError} `ERR_MATRIX_STORE` when the file is not one of ours
 */
export async function readSession(storeDir: string, name = SESSION_FILE): Promise<AccountSession | undefined> {
  const text = await tryReadFile(join(storeDir, name));
  if (text === undefined) return undefined;
  try {
    return parseSession(JSON.parse(text));
  } catch {
    // Without the cause: it may quote the file, and the file holds the access token.
    throw new OracleCallError('ERR_MATRIX_STORE', `${name} cannot be read.`);
  }
}

function parseSession(value: unknown): AccountSession {
  const field = (name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const text = (name: string): string => {
    const found = field(name);
    if (typeof found !== 'string' || found === '') throw new TypeError(name);
    return found;
  };
  if (field('v') !== SESSION_VERSION) throw new TypeError('v');
  const accessToken = field('accessToken') === undefined ? undefined : text('accessToken');
  const storageKey = field('storageKey') === undefined ? undefined : Buffer.from(text('storageKey'), 'base64url');
  if (storageKey !== undefined && storageKey.length !== STORAGE_KEY_BYTES) throw new TypeError('storageKey');
  return {
    homeserverUrl: text('homeserverUrl'),
    userId: parseMatrixUserId(field('userId')),
    deviceId: text('deviceId'),
    accessToken: accessToken === undefined ? undefined : new BearerSecret(accessToken, 'matrix access token'),
    storageKey: storageKey === undefined ? undefined : new SecretBytes(storageKey, 'matrix storage key'),
    hasCryptoStore: field('hasCryptoStore') === true,
  };
}

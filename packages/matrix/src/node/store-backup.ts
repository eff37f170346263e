import { chmod, copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OracleCallError } from '@oracle-calls/protocol';
import type { MatrixUserId } from '../matrix-port.ts';
import { readSession, SESSION_FILE } from './account-session.ts';
import { CRYPTO_FILE, RECOVERY_KEY_FILE } from './matrix-account.ts';
import { isMissing, privateFolder, tryReadFile, writePrivateFile } from './private-file.ts';
import { isBusy } from './record-file.ts';
import { RETIRED_FILE } from './retired-session.ts';

/**
 * What a copy of a store is good for. `device`: the account was closed, and the copy is all of it. `identity`: the account was open, so that its
 * keys move on at every message; a copy of them would be out of date at once and is not made.
 */
export type StoreCopy = 'device' | 'identity';

/**
 * As whom the account goes on. `fresh`: a new device under the same identity, which is always safe. `same`: the device of the copy, which is safe only
 * when nobody has used that device since.
 */
export type RestoredDevice = 'fresh' | 'same';

export interface StoreCopied {
  readonly userId: MatrixUserId;
  readonly deviceId: string;
  readonly copy: StoreCopy;
}

export interface StorePlace {
  readonly storeDir: string;
  /** `recovery.key` in `storeDir` when absent. */
  readonly recoveryKeyFile?: string | undefined;
}

/**
 * Copies a store into an empty folder. While an account has it open, the identity alone; otherwise everything, and no account can open it
 * meanwhile.
 *
 * @throws {OracleCallError} `ERR_MATRIX_STORE` when there is no store, or half of one, or no recovery key
 */
export async function backUpStore({ storeDir, recoveryKeyFile }: StorePlace, targetDir: string): Promise<StoreCopied> {
  const session = await readSession(storeDir);
  if (session === undefined) throw new OracleCallError('ERR_MATRIX_STORE', `There is no Matrix store in ${storeDir}.`);
  await privateFolder(targetDir);
  const copy = copyCrypto(join(storeDir, CRYPTO_FILE), join(targetDir, CRYPTO_FILE));
  if (copy === 'device') await chmod(join(targetDir, CRYPTO_FILE), 0o600);
  await copyPrivate(join(storeDir, SESSION_FILE), join(targetDir, SESSION_FILE));
  const recoveryKey = recoveryKeyFile ?? join(storeDir, RECOVERY_KEY_FILE);
  const text = await tryReadFile(recoveryKey);
  if (text === undefined) {
    throw new OracleCallError('ERR_MATRIX_STORE', `There is no recovery key at ${recoveryKey}.`);
  }
  await writePrivateFile(join(targetDir, RECOVERY_KEY_FILE), text);
  return { userId: session.userId, deviceId: session.deviceId, copy };
}

/**
 * Puts a copy in the place of a store, which must be empty by now. With `fresh`, the next start signs in as a new device, signs it with the recovery
 * key, and then signs the device of the copy out.
 *
 * @throws {OracleCallError} `ERR_MATRIX_STORE` for `same` when the copy holds no keys, or when the copy is not a store
 */
export async function restoreStore(
  sourceDir: string,
  { storeDir, recoveryKeyFile }: StorePlace,
  device: RestoredDevice,
): Promise<void> {
  const session = await readSession(sourceDir);
  const recoveryKey = await tryReadFile(join(sourceDir, RECOVERY_KEY_FILE));
  if (session === undefined || recoveryKey === undefined) {
    throw new OracleCallError('ERR_MATRIX_STORE', 'The copy of the Matrix store is not complete.');
  }
  await privateFolder(storeDir);
  await writePrivateFile(recoveryKeyFile ?? join(storeDir, RECOVERY_KEY_FILE), recoveryKey);
  if (device === 'fresh') {
    await copyPrivate(join(sourceDir, SESSION_FILE), join(storeDir, RETIRED_FILE));
    return;
  }
  const crypto = join(sourceDir, CRYPTO_FILE);
  if (!isStore(crypto)) {
    throw new OracleCallError('ERR_MATRIX_STORE', 'The copy was made while the account was open and holds no keys.');
  }
  await copyPrivate(crypto, join(storeDir, CRYPTO_FILE));
  // Last: a session without keys, or keys without a session, is refused at the next start.
  await copyPrivate(join(sourceDir, SESSION_FILE), join(storeDir, SESSION_FILE));
}

/** Whether an account has the store open; `false` when there is none. */
export function isStoreInUse(storeDir: string): boolean {
  const file = join(storeDir, CRYPTO_FILE);
  if (!isStore(file)) return false;
  const database = tryOpenAlone(file);
  if (database === 'in use') return true;
  database.close();
  return false;
}

/** Keeps what is in a store's place aside; `false` when nothing is there. @throws {OracleCallError} `ERR_MATRIX_STORE_IN_USE` */
export async function setStoreAside(storeDir: string, asideDir: string): Promise<boolean> {
  if (isStoreInUse(storeDir)) throw new OracleCallError('ERR_MATRIX_STORE_IN_USE');
  try {
    await rename(storeDir, asideDir);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function copyCrypto(file: string, target: string): StoreCopy {
  if (!isStore(file)) throw new OracleCallError('ERR_MATRIX_STORE', 'There is a session, but no crypto store.');
  const database = tryOpenAlone(file);
  if (database === 'in use') return 'identity';
  try {
    database.prepare('VACUUM INTO ?').run(target);
    return 'device';
  } finally {
    database.close();
  }
}

/** Whether there is a file that SQLite reads; making one by looking would look like a store that lost its keys. */
function isStore(file: string): boolean {
  try {
    new DatabaseSync(file, { readOnly: true }).close();
    return true;
  } catch {
    return false;
  }
}

/** Opens the store as an account does: nobody else can, until it is closed. */
function tryOpenAlone(file: string): DatabaseSync | 'in use' {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;');
    return database;
  } catch (cause) {
    database.close();
    if (isBusy(cause)) return 'in use';
    throw new OracleCallError('ERR_MATRIX_STORE', undefined, { cause });
  }
}

async function copyPrivate(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o600);
}

import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMatrixUserId } from '@oracle-calls/matrix';
import { BearerSecret, parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { DevError } from '../process/dev-error.ts';
import { tryRead } from '../process/private-file.ts';

/** A fresh account on this machine has its keys in two seconds. */
const SEED_LIMIT_MS = 60_000;

const sessionSchema = v.object({ accessToken: v.string() });

export interface RecoveryOptions {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly password: string;
  /** Holds the recovery key, readable by its owner alone. */
  readonly recoveryKeyFile: string;
}

/**
 * Gives an account a cross-signing identity, as a person's first sign-in does, and keeps its recovery key. The device that
 * did it signs out again. Later starts find the key in its file.
 *
 * @throws {DevError} `ERR_DEV_ANSWER` when the homeserver does not play along
 */
export async function seedRecoveryKey(options: RecoveryOptions): Promise<string> {
  const { recoveryKeyFile, homeserverUrl, userId, password } = options;
  const kept = await tryRead(recoveryKeyFile);
  if (kept !== undefined) return kept;
  // What an interrupted start left is taken up: the key is written before the account has an identity.
  const pendingFile = `${recoveryKeyFile}.pending`;
  const storeDir = `${recoveryKeyFile}.device`;
  await rm(storeDir, { recursive: true, force: true });
  try {
    const { openMatrixAccount } = await import('@oracle-calls/matrix/node');
    const account = await openMatrixAccount({
      homeserverUrl,
      userId: parseMatrixUserId(userId),
      password: new BearerSecret(password, 'password of a test user'),
      storeDir,
      recoveryKeyFile: pendingFile,
      lostIdentity: 'reset',
      signal: AbortSignal.timeout(SEED_LIMIT_MS),
    });
    await account.close();
    await signOut(homeserverUrl, storeDir);
  } catch (cause) {
    throw new DevError('ERR_DEV_ANSWER', `${userId} gets no cross-signing identity: ${String(cause)}`);
  } finally {
    await rm(storeDir, { recursive: true, force: true });
  }
  await rename(pendingFile, recoveryKeyFile);
  return (await readFile(recoveryKeyFile, 'utf8')).trim();
}

/** A device without its keys would be sent room keys for ever. */
async function signOut(homeserverUrl: string, storeDir: string): Promise<void> {
  const session: unknown = JSON.parse(await readFile(join(storeDir, 'session.json'), 'utf8'));
  const { accessToken } = parseWith(sessionSchema, session);
  await fetch(`${homeserverUrl}/_matrix/client/v3/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
    signal: AbortSignal.timeout(SEED_LIMIT_MS),
  });
}

import { systemClock, type Clock } from '@oracle-calls/protocol';
import { homeserverFailure } from '../homeserver-failure.ts';
import { abortable, withTimeLimit } from '../time-limit.ts';
import type { CrossSigningClient, CrossSigningCrypto } from './cross-signing-client.ts';

/*
 * Room keys, encrypted to a key of the account's, at the homeserver (Matrix spec, "Server-side key backups"): what a new device reads old events with
 * when no other device is left. The private half is in secret storage, under the recovery key.
 */

/** Fetching and importing some thousand keys takes seconds; what is left is fetched when it is needed. In ms. */
const RESTORE_LIMIT_MS = 30_000;

export type KeyBackupState =
  /** Room keys go to a backup of this account's own. */
  | 'on'
  /** They do, but only the app that made it holds the key to it: the recovery key does not bring them back. It is left alone. */
  | 'other-key'
  /** There is none that this device trusts. The recovery key opens or makes one. */
  | 'recovery-key-needed'
  /** It could not be looked at, made or opened just now. Calls work; keys are on this device only. */
  | 'failed';

/**
 * Where room keys go. A backup counts when the account's identity has signed it or this device holds its private key, which came from secret storage or
 * another of the account's devices: to any other, a homeserver's own, nothing is uploaded.
 */
export async function readBackupState(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
): Promise<Exclude<KeyBackupState, 'other-key'>> {
  try {
    const check = await crypto.checkKeyBackupAndEnable();
    if (check !== null) return isOurs(check) ? 'on' : 'recovery-key-needed';
    // The SDK says nothing alike for "none" and for "no answer".
    return (await hasBackup(client)) ? 'failed' : 'recovery-key-needed';
  } catch {
    return 'failed';
  }
}

/** With the recovery key at hand: opens the account's backup and restores from it, or makes one. Never rejects: a device can call without. */
export async function ensureKeyBackup(
  client: CrossSigningClient,
  crypto: CrossSigningCrypto,
  clock: Clock = systemClock,
): Promise<KeyBackupState> {
  try {
    const check = await crypto.checkKeyBackupAndEnable();
    if (check === null) {
      // Making one deletes whatever is there: only when the homeserver has said that there is none.
      if (await hasBackup(client)) return 'failed';
      await crypto.resetKeyBackup();
      return 'on';
    }
    if (await canLoadKey(crypto)) {
      await crypto.checkKeyBackupAndEnable();
      await restore(crypto, clock);
      return 'on';
    }
    if (check.trustInfo.matchesDecryptionKey) {
      // The key is on this device alone: puts it under the recovery key.
      await crypto.bootstrapSecretStorage({});
      return 'on';
    }
    if (check.trustInfo.trusted) return 'other-key';
    await crypto.resetKeyBackup();
    return 'on';
  } catch {
    return 'failed';
  }
}

/** A new backup for a new identity: what was signed by the old one is not to be trusted any more. */
export async function renewKeyBackup(crypto: CrossSigningCrypto): Promise<KeyBackupState> {
  try {
    await crypto.resetKeyBackup();
    return 'on';
  } catch {
    return 'failed';
  }
}

const isOurs = ({ trustInfo }: NonNullable<Awaited<ReturnType<CrossSigningCrypto['checkKeyBackupAndEnable']>>>) =>
  trustInfo.trusted || trustInfo.matchesDecryptionKey;

/** The private key from secret storage; the SDK takes it only when it is that of the homeserver's newest backup. */
async function canLoadKey(crypto: CrossSigningCrypto): Promise<boolean> {
  try {
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    return true;
  } catch {
    return false;
  }
}

/** What does not come now comes when an event needs it. */
async function restore(crypto: CrossSigningCrypto, clock: Clock): Promise<void> {
  const onTimeout = (): Error => new Error('Restoring goes on without a waiter.');
  await withTimeLimit({ clock, limitMs: RESTORE_LIMIT_MS, onTimeout }, (limit) =>
    abortable(crypto.restoreKeyBackup(), limit),
  ).catch(() => undefined);
}

async function hasBackup(client: CrossSigningClient): Promise<boolean> {
  try {
    await client.http.authedRequest('GET', '/room_keys/version', undefined, undefined, {});
    return true;
  } catch (error) {
    if (homeserverFailure(error).httpStatus === 404) return false;
    throw error;
  }
}

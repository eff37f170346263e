import type { Clock } from '@oracle-calls/protocol';
import { CRYPTO_NOTICE } from '../cross-signing/crypto-notices.ts';
import { hasPrivateKeys } from '../cross-signing/account-state.ts';
import { readBackupState } from '../cross-signing/key-backup.ts';
import { SDK_NOTICE } from '../js-sdk/sdk-client.ts';
import { abortable, timeLimit } from '../time-limit.ts';
import type { VerificationClient, VerificationCrypto } from './verification-client.ts';
import type { ReceivedSecrets } from './verification-machine.ts';

/** The other device answers with its next syncs; one that has been closed meanwhile does not. In ms. */
export const RECEIVE_LIMIT_MS = 30_000;

/**
 * Waits, bounded, for the account's private keys and the backup's, which the signed device sends to the one it has verified (Matrix spec,
 * "Secrets: Sharing"), and restores room keys.
 */
export async function receiveSecrets(
  client: VerificationClient,
  crypto: VerificationCrypto,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ReceivedSecrets> {
  const late = new Error('The secrets did not come in time.');
  using limit = timeLimit({ clock, limitMs: RECEIVE_LIMIT_MS, onTimeout: () => late, signal });
  for (;;) {
    // Listens before it looks, so that news in between is not missed.
    const news = Promise.withResolvers<void>();
    const onNews = (): void => news.resolve();
    for (const notice of NEWS) client.on(notice, onNews);
    try {
      if (await abortable(isComplete(crypto), limit.signal)) break;
      await abortable(news.promise, limit.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error !== late) throw error;
      break;
    } finally {
      for (const notice of NEWS) client.off(notice, onNews);
    }
  }
  return { hasPrivateKeys: await hasPrivateKeys(crypto), backup: await readBackupState(client, crypto) };
}

const NEWS = [SDK_NOTICE.sync, CRYPTO_NOTICE.backupKeyCached];

/** The private keys are here, and so is the backup's, where there is a backup; what is in that is then being restored. */
async function isComplete(crypto: VerificationCrypto): Promise<boolean> {
  if (!(await hasPrivateKeys(crypto))) return false;
  const check = await crypto.checkKeyBackupAndEnable();
  if (check === null) return true;
  if (!check.trustInfo.matchesDecryptionKey) return false;
  await crypto.restoreKeyBackup();
  return true;
}

import { BearerSecret, OracleCallError, type Clock, type Logger } from '@oracle-calls/protocol';
import type { MatrixClient } from 'matrix-js-sdk';
import { ensureCrossSigning, resetCrossSigning } from '../cross-signing/ensure-cross-signing.ts';
import type { RecoveryKeyHolder } from '../cross-signing/recovery-key-holder.ts';
import { withPassword } from '../cross-signing/upload-authorisation.ts';
import type { MatrixUserId } from '../matrix-port.ts';
import { tryReadFile, writePrivateFile } from './private-file.ts';

/** What to do with an identity whose keys are neither in the store nor to be had by the recovery key. */
export type LostIdentity =
  /** Open nothing: a person looks for the recovery key first. */
  | 'refuse'
  /** Make another. Whoever knew the old one is warned and must approve the new one. */
  | 'reset';

export interface AccountIdentityOptions {
  readonly client: MatrixClient;
  readonly holder: RecoveryKeyHolder;
  readonly userId: MatrixUserId;
  readonly password: BearerSecret;
  readonly recoveryKeyFile: string;
  readonly lostIdentity: LostIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gives the account a cross-signing identity, once in its life, and this device a signature of it. The private keys are in the
 * durable store; the recovery key is written to its file before any of it exists, so that a lost store can be signed again.
 *
 * @throws {OracleCallError} `ERR_MATRIX_CROSS_SIGNING` when the account has an identity that cannot sign this device,
 *   `ERR_MATRIX_RECOVERY_KEY` when the file is of another one
 */
export async function ensureIdentity(options: AccountIdentityOptions): Promise<void> {
  const { client, holder, userId, password, recoveryKeyFile, lostIdentity, clock, logger, signal } = options;
  const kept = (await tryReadFile(recoveryKeyFile))?.trim();
  const keep = (key: BearerSecret): Promise<void> => writePrivateFile(recoveryKeyFile, key.expose());
  // What an oracle's account decrypted is acted upon at once; nobody reads its rooms' past on another device.
  const common = { holder, keep, authorise: withPassword(userId, password), isBackupOff: true, clock, signal };
  const recoveryKey = kept === undefined || kept === '' ? undefined : new BearerSecret(kept, 'recovery key');
  const outcome = await ensureCrossSigning(client, { ...common, recoveryKey });
  if (outcome.state === 'ready') {
    if (outcome.newRecoveryKey !== undefined) logger.info('matrix recovery key made', { recoveryKeyFile });
    return;
  }
  if (lostIdentity === 'refuse') {
    throw new OracleCallError(
      'ERR_MATRIX_CROSS_SIGNING',
      'This device is not signed, and the recovery key is missing.',
      {
        details: { side: 'self', canRecover: outcome.canRecover },
      },
    );
  }
  logger.warn('matrix identity reset', { 'pii.userId': userId });
  await resetCrossSigning(client, common);
}

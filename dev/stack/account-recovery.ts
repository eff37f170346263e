import { join } from 'node:path';
import { DevError } from '../process/dev-error.ts';
import { tryRead } from '../process/private-file.ts';
import { runToEnd } from '../process/run-to-end.ts';
import { PROJECT_ROOT } from './project.ts';

/** A fresh account on this machine has its keys in two seconds. */
const SEED_LIMIT_MS = 60_000;

export interface RecoveryOptions {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly passwordFile: string;
  /** Holds the recovery key, readable by its owner alone. */
  readonly recoveryKeyFile: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives an account a cross-signing identity, as a person's first sign-in does, and keeps its recovery key. The device that
 * did it signs out again. Later starts find the key in its file.
 *
 * @throws {DevError} `ERR_DEV_ANSWER`, `ERR_DEV_INSTALL` when it cannot be made
 */
export async function seedRecoveryKey(options: RecoveryOptions): Promise<string> {
  const { recoveryKeyFile, homeserverUrl, userId, passwordFile, signal } = options;
  const kept = await tryRead(recoveryKeyFile);
  if (kept !== undefined) return kept;
  await runToEnd({
    name: 'recovery key',
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      join(PROJECT_ROOT, 'dev/stack/recovery-key-main.ts'),
      ...[homeserverUrl, userId, passwordFile, recoveryKeyFile],
    ],
    cwd: PROJECT_ROOT,
    timeoutMs: SEED_LIMIT_MS,
    signal,
  });
  const made = await tryRead(recoveryKeyFile);
  if (made === undefined) throw new DevError('ERR_DEV_ANSWER', `${userId} has no recovery key.`);
  return made;
}

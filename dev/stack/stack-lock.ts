import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { DevError } from '../process/dev-error.ts';
import { tryLock } from '../process/pid-lock.ts';
import type { PidLock } from '../process/pid-lock.ts';
import { privateDir } from '../process/private-file.ts';
import { endLeftovers, RECORDS_FOLDER } from '../process/process-record.ts';

const LOCK_FILE = 'stack.lock';

/**
 * Takes a state folder for one stack, and ends what a killed stack left running there.
 *
 * @throws {DevError} `ERR_DEV_LOCKED` when a running stack has it
 */
export async function lockState(stateDir: string, report: (line: string) => void): Promise<PidLock> {
  await privateDir(stateDir);
  // The folder may be older than this rule; what is below it holds secrets.
  await chmod(stateDir, 0o700);
  const lock = await tryLock(join(stateDir, LOCK_FILE));
  if (!('release' in lock)) {
    throw new DevError(
      'ERR_DEV_LOCKED',
      `Another stack (pid ${lock.pid}) is using ${stateDir}. Stop it, or name another folder with --state-dir.`,
    );
  }
  try {
    const ended = await endLeftovers(join(stateDir, RECORDS_FOLDER));
    if (ended.length > 0) report(`ended what a killed stack had left running: ${ended.join(', ')}`);
    return lock;
  } catch (cause) {
    await lock.release();
    throw cause;
  }
}

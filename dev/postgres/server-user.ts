import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { DevError } from '../process/dev-error.ts';

/** Whom Postgres runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Debian's package makes the first; the second is on every system. */
const NAMES = ['postgres', 'nobody'];

/**
 * Another user for Postgres when this process is root, as whom it refuses to run; `undefined` otherwise.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` when the system knows neither `postgres` nor `nobody`
 */
export async function findServerUser(): Promise<ServerUser | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of NAMES) {
    const [, , uid, gid] = lines.find(([found]) => found === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new DevError(
    'ERR_DEV_TOOL_MISSING',
    `Postgres does not run as root, and there is no user ${NAMES.join(' or ')}.`,
  );
}

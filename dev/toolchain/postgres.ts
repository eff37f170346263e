import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DevError } from '../process/dev-error.ts';
import { aptInstall, isRootOnDebian } from './debian.ts';
import { findOnPath, isExecutable } from './find-on-path.ts';
import type { ToolOptions } from './tool.ts';

/** Debian keeps each major version in a folder of its own and puts none of the server's programs on `PATH`. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const PROGRAMS = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_restore'] as const;

export interface PostgresToolOptions extends ToolOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Where Debian's versions are. */
  readonly debianFolder?: string | undefined;
  /** Whether this machine's package manager may be asked. By default: root on Debian. */
  readonly mayInstall?: (() => Promise<boolean>) | undefined;
}

/**
 * Folder of a Postgres server's programs: the one named by `POSTGRES_BIN`, Debian's newest, one on `PATH`, or, for root on Debian, a freshly
 * installed package.
 *
 * @throws {DevError} `ERR_DEV_TOOL_MISSING` when there is none, saying what to do
 */
export async function ensurePostgres(options: PostgresToolOptions = {}): Promise<string> {
  const { env = process.env, debianFolder = DEBIAN_FOLDER, report = () => undefined } = options;
  const found = await findPostgres(env, debianFolder);
  if (found !== undefined) {
    if (options.reportCached !== false) report(`Postgres — found (${found})`);
    return found;
  }
  if (await (options.mayInstall ?? isRootOnDebian)()) {
    await aptInstall({ what: 'Postgres', packages: ['postgresql'], env, report, signal: options.signal });
    const installed = await findPostgres(env, debianFolder);
    if (installed !== undefined) return installed;
  }
  throw new DevError(
    'ERR_DEV_TOOL_MISSING',
    'Postgres is needed to test the backend on it. Install it ("apt-get install postgresql", "brew install postgresql@17"), or ' +
      'name the folder of initdb and postgres in the environment variable POSTGRES_BIN.',
  );
}

async function findPostgres(env: NodeJS.ProcessEnv, debianFolder: string): Promise<string | undefined> {
  const named = env['POSTGRES_BIN'];
  if (named !== undefined && named !== '') {
    if (await isComplete(named)) return named;
    throw new DevError(
      'ERR_DEV_TOOL_MISSING',
      `POSTGRES_BIN names ${named}, which has not all of ${PROGRAMS.join(', ')}.`,
    );
  }
  const versions = await readdir(debianFolder).catch(() => []);
  for (const version of versions.toSorted((one, other) => Number(other) - Number(one))) {
    const folder = join(debianFolder, version, 'bin');
    if (await isComplete(folder)) return folder;
  }
  const initdb = await findOnPath(['initdb'], env);
  return initdb === undefined || !(await isComplete(join(initdb, '..'))) ? undefined : join(initdb, '..');
}

async function isComplete(folder: string): Promise<boolean> {
  for (const program of PROGRAMS) if (!(await isExecutable(join(folder, program)))) return false;
  return true;
}

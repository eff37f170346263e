import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@oracle-calls/protocol';
import { freePort, releasePort } from '../process/ports.ts';
import { startRestartable, type OnUnexpectedExit, type RestartableProcess } from '../process/restartable-process.ts';
import { runToEnd } from '../process/run-to-end.ts';
import type { LogLine } from '../process/supervised-process.ts';
import { ensurePostgres } from '../toolchain/postgres.ts';
import { findServerUser } from './server-user.ts';

const USER = 'oracle';
const INITDB_MAX_MS = 60_000;
/** A database that was killed replays its journal first, on a busy machine. */
const READY_MAX_MS = 60_000;
const POLL_MS = 50;
/** Asked to stop, Postgres waits for its clients. */
const STOP_GRACE_MS = 3_000;

export interface PostgresOptions {
  readonly log?: LogLine | undefined;
  readonly onUnexpectedExit?: OnUnexpectedExit | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A Postgres of its own on loopback, with a password. */
export interface Postgres extends AsyncDisposable {
  readonly port: number;
  readonly password: string;
  /** Folder of `pg_dump` and its like. */
  readonly binDir: string;
  /** Address of a database, which is there once {@link createDatabase} has made it. */
  url(database: string): string;
  /** Makes an empty database and returns its address. */
  createDatabase(database: string): Promise<string>;
  /** Runs SQL and returns the rows as text, columns separated by `|`. */
  query(database: string, sql: string): Promise<readonly string[]>;
  /** Ends the server without letting it finish anything, and starts it again. */
  restart(): Promise<void>;
}

/**
 * Makes a cluster in a temporary folder and starts it on a free port of loopback. As root it runs as another user.
 *
 * @throws {DevError} when it does not come up; nothing is left then
 */
export async function startPostgres({ log, onUnexpectedExit, signal }: PostgresOptions = {}): Promise<Postgres> {
  const binDir = await ensurePostgres({ report: (line) => log?.(line), signal });
  const user = await findServerUser();
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-postgres-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o700);
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
  const dataDir = join(folder, 'data');
  const run = { cwd: folder, ...(user === undefined ? {} : { user }), signal };
  await runToEnd({
    name: 'initdb',
    command: join(binDir, 'initdb'),
    args: [
      ...['--pgdata', dataDir, '--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      // No language: texts compare by their bytes on every machine.
      ...['--encoding', 'UTF8', '--no-locale', '--no-sync'],
    ],
    timeoutMs: INITDB_MAX_MS,
    ...run,
  });
  const port = await freePort();
  opened.defer(() => releasePort(port));
  const psql = (database: string, sql: string): Promise<readonly string[]> =>
    runToEnd({
      name: 'psql',
      command: join(binDir, 'psql'),
      args: [
        '-X',
        '-q',
        '-A',
        '-t',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        USER,
        '-d',
        database,
        '-c',
        sql,
      ],
      env: { ...process.env, PGPASSWORD: password },
      timeoutMs: READY_MAX_MS,
    });
  let isRestarting = false;
  const server = opened.use(
    await startRestartable(
      {
        name: 'postgres',
        command: join(binDir, 'postgres'),
        // Without fsync a commit survives the end of the server, which is tested, but not that of the machine.
        args: ['-D', dataDir, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-c', 'fsync=off'],
        ...(log === undefined ? {} : { log }),
        ready: (within) => answers(() => psql('postgres', 'select 1'), within),
        readyTimeoutMs: READY_MAX_MS,
        stopGraceMs: STOP_GRACE_MS,
        ...run,
      },
      (error) => {
        if (!isRestarting) onUnexpectedExit?.(error);
      },
    ),
  );
  const open = opened.move();
  const url = (database: string): string => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  return {
    port,
    password,
    binDir,
    url,
    createDatabase: async (database) => {
      await psql('postgres', `create database "${database}"`);
      return url(database);
    },
    query: psql,
    restart: async () => {
      isRestarting = true;
      try {
        await crash(server);
      } finally {
        isRestarting = false;
      }
      await server.start();
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/**
 * Postgres's immediate shutdown: nothing is written back, so that the next start recovers from the journal as after a crash. Killed outright, the
 * server would leave children behind, which keep the next one from starting for as long as they live.
 */
async function crash(server: RestartableProcess): Promise<void> {
  process.kill(server.pid, 'SIGQUIT');
  const signal = AbortSignal.timeout(READY_MAX_MS);
  while (server.running) await systemClock.sleep(POLL_MS, { signal });
}

async function answers(ask: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await ask();
      return;
    } catch {
      await systemClock.sleep(POLL_MS, { signal });
    }
  }
}

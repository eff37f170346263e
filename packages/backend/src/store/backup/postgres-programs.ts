import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { OracleCallError, type BearerSecret } from '@oracle-calls/protocol';

export type PostgresProgram = 'pg_dump' | 'pg_restore';

/** The last of what a program says is enough to see what is wrong. */
const COMPLAINT_MAX = 600;

/** Where the database is, as Postgres's own programs take it: the password is in nobody's list of processes. */
function environmentOf(url: BearerSecret): Record<string, string> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url.expose());
  const host = searchParams.get('host') ?? hostname.replaceAll(/[[\]]/g, '');
  const known: Readonly<Record<string, string | null>> = {
    PGHOST: host,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    PGSSLMODE: searchParams.get('sslmode'),
    PGSSLROOTCERT: searchParams.get('sslrootcert'),
  };
  return Object.fromEntries(
    Object.entries(known).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ''),
  );
}

/**
 * Runs one of Postgres's programs on the database of the address.
 *
 * @throws {OracleCallError} `ERR_CLI_POSTGRES_PROGRAM` when it is not on `PATH`, or when it fails, with what it said
 */
export async function runPostgresProgram(
  program: PostgresProgram,
  args: readonly string[],
  url: BearerSecret,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(program, [...args], {
    env: { ...process.env, ...environmentOf(url), PGCONNECT_TIMEOUT: '10' },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  const complaint = text(child.stderr);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    complaint.catch(() => undefined);
    throw new OracleCallError(
      'ERR_CLI_POSTGRES_PROGRAM',
      `${program} is not on PATH. Install Postgres's client programs ("apt-get install postgresql-client"), of the server's version or newer.`,
      { cause },
    );
  }
  const [[code]] = await Promise.all([once(child, 'exit') as Promise<[number | null]>, complaint]);
  if (code === 0) return;
  signal?.throwIfAborted();
  const said = (await complaint).trim().slice(-COMPLAINT_MAX);
  throw new OracleCallError('ERR_CLI_POSTGRES_PROGRAM', `${program} failed: ${said}`);
}

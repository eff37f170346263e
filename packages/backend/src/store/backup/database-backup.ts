import { access, chmod, rename } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import { sql, type Kysely } from 'kysely';
import { OracleCallError, type BearerSecret } from '@oracle-calls/protocol';
import type { DatabaseLocation } from '../database/database-location.ts';
import { migrateAndClose } from '../database/migrate.ts';
import { openPostgres } from '../database/open-postgres.ts';
import { BUSY_TIMEOUT_MS } from '../database/node-sqlite-database.ts';
import { openSqlite } from '../database/open-sqlite.ts';
import type { Tables } from '../tables.ts';
import { OUR_TABLES } from './our-tables.ts';
import { runPostgresProgram } from './postgres-programs.ts';

/** Of a file that only its owner reads: calls, hashes of API keys. */
const PRIVATE = 0o600;

/** `replace` keeps what was there aside, under another name, and deletes nothing. */
export type Occupied = 'refuse' | 'replace';

export interface RestoreTarget {
  readonly occupied: Occupied;
  /** Ends the names under which what was there is kept: `20261123T120000Z`. */
  readonly label: string;
  readonly signal?: AbortSignal | undefined;
}

/** Copies the database into a file as it is at one instant, while a backend may be writing to it. @throws {OracleCallError} */
export async function backUpDatabase(location: DatabaseLocation, file: string, signal?: AbortSignal): Promise<void> {
  if (location.kind === 'sqlite') {
    await copySqliteFile(location.file, file);
    return;
  }
  const tables = OUR_TABLES.flatMap((table) => ['--table', table]);
  await runPostgresProgram(
    'pg_dump',
    ['--format=custom', '--no-owner', '--no-privileges', '--file', file, ...tables],
    location.url,
    signal,
  );
}

/**
 * Copies a SQLite file as it is at one instant, while others may be writing, and checks the copy.
 *
 * @throws {OracleCallError} `ERR_CLI_DATABASE` when it is not there, `ERR_CLI_BACKUP` when the copy is damaged
 */
export async function copySqliteFile(file: string, target: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    throw new OracleCallError('ERR_CLI_DATABASE', undefined, { cause });
  });
  // Not read-only: such a connection leaves a journal behind, which may be of another owner than the backend.
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    await backup(database, target);
  } finally {
    database.close();
  }
  // SQLite makes it as the umask says, and it goes where the database was.
  await chmod(target, PRIVATE);
  checkSqliteFile(target);
}

/** Whether a place has calls already, or something else in their stead. */
export async function isDatabaseThere(location: DatabaseLocation): Promise<boolean> {
  if (location.kind === 'sqlite') {
    return access(location.file).then(
      () => true,
      () => false,
    );
  }
  return withPostgres(location.url, async (db) => (await ownTables(db)).length > 0);
}

/**
 * Puts a copy in the database's place and brings its tables up to date.
 *
 * @throws {OracleCallError} `ERR_CLI_FILE_EXISTS` when something is there that is not to be replaced; `ERR_STORE_NEWER`;
 *   `ERR_CLI_POSTGRES_PROGRAM`. What was there is in its place again then.
 */
export async function restoreDatabase(location: DatabaseLocation, file: string, target: RestoreTarget): Promise<void> {
  if (target.occupied === 'refuse' && (await isDatabaseThere(location))) {
    throw new OracleCallError('ERR_CLI_FILE_EXISTS', 'The database is not empty.');
  }
  await (location.kind === 'sqlite'
    ? restoreSqlite(location.file, file, target)
    : restorePostgres(location.url, file, target));
}

/** @throws {OracleCallError} `ERR_CLI_BACKUP` when the file is damaged */
function checkSqliteFile(file: string): void {
  const database = new DatabaseSync(file);
  try {
    const [row] = database.prepare('PRAGMA integrity_check').all();
    if (row?.['integrity_check'] !== 'ok')
      throw new OracleCallError('ERR_CLI_BACKUP', 'The copy of the database is damaged.');
    // A copy of its own, without a journal beside it.
    database.exec('PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
}

async function restoreSqlite(file: string, copy: string, { label }: RestoreTarget): Promise<void> {
  // A copy from elsewhere has the mode of its maker; SQLite gives its journals the same.
  await chmod(copy, PRIVATE);
  checkSqliteFile(copy);
  await migrateAndClose(openSqlite(copy));
  const aside = `${file}.before-${label}`;
  // A journal belongs to its database: apart they are worth nothing.
  const parts = ['', '-wal', '-shm'];
  const moved: string[] = [];
  try {
    for (const part of parts) if (await tryRename(`${file}${part}`, `${aside}${part}`)) moved.push(part);
    await rename(copy, file);
  } catch (error) {
    for (const part of moved) await tryRename(`${aside}${part}`, `${file}${part}`);
    throw error;
  }
}

async function tryRename(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function restorePostgres(url: BearerSecret, file: string, { label, signal }: RestoreTarget): Promise<void> {
  const aside = `oracle_calls_before_${label.toLowerCase()}`;
  const moved = await withPostgres(url, (db) => moveTables(db, 'public', aside));
  try {
    const args = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges'];
    const { pathname } = new URL(url.expose());
    await runPostgresProgram(
      'pg_restore',
      [...args, '--dbname', decodeURIComponent(pathname.slice(1)), file],
      url,
      signal,
    );
    await migrateAndClose(openPostgres(url, 'migration'));
  } catch (error) {
    if (moved) {
      await withPostgres(url, async (db) => {
        await moveTables(db, 'public', `${aside}_failed`);
        await moveTables(db, aside, 'public');
      });
    }
    throw error;
  }
}

async function withPostgres<T>(url: BearerSecret, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  const database = openPostgres(url, 'migration');
  try {
    return await work(database.db);
  } finally {
    await database.db.destroy();
  }
}

async function ownTables(db: Kysely<Tables>, schema = 'public'): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly name: string }>`
    select tablename as name from pg_tables where schemaname = ${schema}`.execute(db);
  return rows.map(({ name }) => name).filter((name) => OUR_TABLES.includes(name));
}

/** All or none, with their indices and rising numbers; `false` when there are none. */
async function moveTables(db: Kysely<Tables>, from: string, to: string): Promise<boolean> {
  const tables = await ownTables(db, from);
  if (tables.length === 0) return false;
  await db.transaction().execute(async (tx) => {
    await tx.schema.createSchema(to).ifNotExists().execute();
    for (const table of tables) await tx.schema.withSchema(from).alterTable(table).setSchema(to).execute();
  });
  return true;
}

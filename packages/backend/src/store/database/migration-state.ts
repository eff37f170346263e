import { DatabaseSync } from 'node:sqlite';
import { sql, type Kysely } from 'kysely';
import { knownMigrations } from '../migrations.ts';
import type { Tables } from '../tables.ts';
import type { DatabaseLocation } from './database-location.ts';
import { openPostgres } from './open-postgres.ts';

/** Kysely's own table. */
const TABLE = 'kysely_migration';

export interface MigrationState {
  /** Names of the migrations that a database has had; none in one that no backend has opened yet. */
  readonly seen: readonly string[];
  /** Names of those that this version knows. */
  readonly known: readonly string[];
}

/**
 * Reads how far the tables of a database are, and changes nothing.
 *
 * @throws {OracleCallError} `ERR_UPSTREAM_DATABASE`, `ERR_UPSTREAM_TIMEOUT`; Node's error for a file that is no SQLite database of a backend
 */
export async function readMigrationState(location: DatabaseLocation): Promise<MigrationState> {
  const known = await knownMigrations();
  return { known, seen: location.kind === 'sqlite' ? seenBySqlite(location.file) : await seenByPostgres(location) };
}

function seenBySqlite(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(`select name from ${TABLE} order by name`)
      .all()
      .map(({ name }) => String(name));
  } finally {
    database.close();
  }
}

async function seenByPostgres({ url }: Extract<DatabaseLocation, { kind: 'postgres' }>): Promise<string[]> {
  const { db } = openPostgres(url, 'work');
  try {
    return await seenMigrations(db);
  } finally {
    await db.destroy();
  }
}

/** Names of the migrations that an open database has had. */
export async function seenMigrations(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === TABLE)) return [];
  const { rows } = await sql<{ readonly name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

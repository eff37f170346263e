import { Migrator } from 'kysely/migration';
import { OracleCallError } from '@oracle-calls/protocol';
import { createMigrations, knownMigrations } from '../migrations.ts';
import type { Database } from './database.ts';
import { seenMigrations } from './migration-state.ts';

/**
 * Brings the tables up to date: all of it or nothing, in one transaction, by one process at a time. Data stays.
 *
 * @throws {OracleCallError} `ERR_STORE_NEWER` when a newer version was here, with nothing changed; `ERR_STORE_MIGRATION`;
 *   `ERR_UPSTREAM_DATABASE`
 */
export async function migrate({ db, dialect }: Database): Promise<void> {
  const provider = createMigrations(dialect);
  const known = new Set(await knownMigrations());
  const unknown = (await seenMigrations(db)).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new OracleCallError('ERR_STORE_NEWER', undefined, { details: { unknownMigrations: unknown } });
  }
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) {
    throw error instanceof OracleCallError
      ? error
      : new OracleCallError('ERR_STORE_MIGRATION', undefined, { cause: error });
  }
}

/** The same, and closes the database whatever came of it. */
export async function migrateAndClose(database: Database): Promise<void> {
  try {
    await migrate(database);
  } finally {
    await database.db.destroy();
  }
}

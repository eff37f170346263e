import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { OracleCallError } from '@oracle-calls/protocol';
import { createMigrations } from '../migrations.ts';
import type { Database } from './database.ts';

/**
 * Brings the tables up to date: all of it or nothing, in one transaction, by one process at a time. Data stays.
 *
 * @throws {OracleCallError} `ERR_STORE_NEWER` when a newer version was here, with nothing changed; `ERR_STORE_MIGRATION`;
 *   `ERR_UPSTREAM_DATABASE`
 */
export async function migrate({ db, dialect }: Database): Promise<void> {
  const provider = createMigrations(dialect);
  const known = new Set(Object.keys(await provider.getMigrations()));
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (tables.some(({ name }) => name === 'kysely_migration')) {
    const { rows } = await sql<{ readonly name: string }>`select name from kysely_migration order by name`.execute(db);
    const unknown = rows.map(({ name }) => name).filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new OracleCallError('ERR_STORE_NEWER', undefined, { details: { unknownMigrations: unknown } });
    }
  }
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) {
    throw error instanceof OracleCallError
      ? error
      : new OracleCallError('ERR_STORE_MIGRATION', undefined, { cause: error });
  }
}

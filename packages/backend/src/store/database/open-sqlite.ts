import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  type SqliteDialectConfig,
} from 'kysely';
import type { Tables } from '../tables.ts';
import { Database } from './database.ts';
import { openNodeSqlite } from './node-sqlite-database.ts';
import { SQLITE } from './sql-dialect.ts';

/** Every transaction takes the writer's lock when it begins: one that read first and finds the lock taken later could only fail. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** SQLite takes back a `create table` with its transaction (sqlite.org/lang_transaction.html), which Kysely does not rely on by itself. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#config);
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalAdapter();
  }
}

/** Opens a SQLite file, made when absent and readable by its owner only. */
export function openSqlite(file: string): Database {
  return new Database(
    new Kysely<Tables>({ dialect: new NodeSqliteDialect({ database: openNodeSqlite(file) }) }),
    SQLITE,
  );
}

import { sql } from 'kysely';
import { AnswerStore } from './answer-store.ts';
import { ApiKeyStore } from './api-key-store.ts';
import { AuditStore } from './audit-store.ts';
import { CallDeletion } from './call-deletion.ts';
import { CallStore } from './call-store.ts';
import { CredentialStore } from './credential-store.ts';
import type { DatabaseLocation } from './database/database-location.ts';
import type { Database } from './database/database.ts';
import { migrate, migrateAndClose } from './database/migrate.ts';
import { openPostgres } from './database/open-postgres.ts';
import { openSqlite } from './database/open-sqlite.ts';
import { MemoryStore } from './memory-store.ts';
import { NoticeStore } from './notice-store.ts';
import { RingStore } from './ring-store.ts';
import { SfuRoomStore } from './sfu-room-store.ts';

/** Everything the backend remembers. */
export interface Store extends AsyncDisposable {
  readonly calls: CallStore;
  readonly deletion: CallDeletion;
  readonly answers: AnswerStore;
  readonly rings: RingStore;
  readonly memories: MemoryStore;
  readonly sfuRooms: SfuRoomStore;
  readonly credentials: CredentialStore;
  readonly notices: NoticeStore;
  readonly apiKeys: ApiKeyStore;
  readonly audit: AuditStore;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Everything in a database whose tables are up to date. */
function storeOver(database: Database): Store {
  const { db } = database;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= db.destroy());
  return {
    calls: new CallStore(database),
    deletion: new CallDeletion(database),
    answers: new AnswerStore(db),
    rings: new RingStore(database),
    memories: new MemoryStore(database),
    sfuRooms: new SfuRoomStore(database),
    credentials: new CredentialStore(db),
    notices: new NoticeStore(db),
    apiKeys: new ApiKeyStore(database),
    audit: new AuditStore(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Opens the database and brings its tables up to date. A SQLite file is made when absent, readable by its owner only; a Postgres
 * database must be there.
 *
 * @throws {OracleCallError} `ERR_STORE_NEWER`, `ERR_STORE_MIGRATION`, `ERR_UPSTREAM_DATABASE`; nothing stays open then
 */
export async function openStore(location: DatabaseLocation): Promise<Store> {
  if (location.kind === 'sqlite') {
    const database = openSqlite(location.file);
    try {
      await migrate(database);
    } catch (error) {
      await database.db.destroy();
      throw error;
    }
    return storeOver(database);
  }
  await migrateAndClose(openPostgres(location.url, 'migration'));
  return storeOver(openPostgres(location.url, 'work'));
}

/** {@link openStore} of a SQLite file. */
export function openSqliteStore(databaseFile: string): Promise<Store> {
  return openStore({ kind: 'sqlite', file: databaseFile });
}

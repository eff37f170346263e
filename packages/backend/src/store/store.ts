import { Kysely, sql, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { OracleCallError } from '@oracle-calls/protocol';
import { AnswerStore } from './answer-store.ts';
import { ApiKeyStore } from './api-key-store.ts';
import { AuditStore } from './audit-store.ts';
import { CallStore } from './call-store.ts';
import { CredentialStore } from './credential-store.ts';
import { migrations } from './migrations.ts';
import { openNodeSqlite } from './node-sqlite-database.ts';
import { NoticeStore } from './notice-store.ts';
import { SfuRoomStore } from './sfu-room-store.ts';
import type { Tables } from './tables.ts';

/** Everything the backend remembers. */
export interface Store extends AsyncDisposable {
  readonly calls: CallStore;
  readonly answers: AnswerStore;
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

/** Builds the store on a Kysely of any dialect and brings its tables up to date. */
export async function createStore(db: Kysely<Tables>): Promise<Store> {
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw new OracleCallError('ERR_INTERNAL', 'The database could not be migrated.', { cause: error });
  }
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= db.destroy());
  return {
    calls: new CallStore(db),
    answers: new AnswerStore(db),
    sfuRooms: new SfuRoomStore(db),
    credentials: new CredentialStore(db),
    notices: new NoticeStore(db),
    apiKeys: new ApiKeyStore(db),
    audit: new AuditStore(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Opens the SQLite database file, made when absent and readable by its owner only.
 *
 * @throws {OracleCallError} `ERR_INTERNAL` when it cannot be migrated
 */
export function openSqliteStore(databaseFile: string): Promise<Store> {
  const database = openNodeSqlite(databaseFile);
  return createStore(new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }));
}

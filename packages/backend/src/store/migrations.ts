import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';
import { SQLITE, type SqlDialect } from './database/sql-dialect.ts';

/** A migration in the SQL that SQLite and Postgres share, but for what the dialect adds. */
type MigrationFor = (dialect: SqlDialect) => Migration;

const createTables: MigrationFor = (dialect) => ({
  up: async (db: Kysely<unknown>) => {
    await dialect
      .addRisingNumber(db.schema.createTable('calls'), 'seq')
      .addColumn('call_id', 'text', (column) => column.notNull().unique())
      .addColumn('event_id', 'text', (column) => column.notNull().unique())
      .addColumn('sfu_room_name', 'text', (column) => column.notNull().unique())
      .addColumn('matrix_room_id', 'text', (column) => column.notNull())
      .addColumn('matrix_user_id', 'text', (column) => column.notNull())
      .addColumn('call_type', 'text', (column) => column.notNull())
      .addColumn('call_status', 'text', (column) =>
        column.notNull().check(sql`call_status in ('pending', 'active', 'ended')`),
      )
      .addColumn('call_started_at', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('end_reason', 'text')
      .addColumn('session_id', 'text', (column) => column.notNull())
      .addColumn('user_did', 'text', (column) => column.notNull())
      .addColumn('oracle_did', 'text', (column) => column.notNull())
      .addColumn('agent_voice', 'text')
      .addColumn('language', 'text')
      .addColumn('envelope_sha256', 'text', (column) => column.notNull().unique())
      .addColumn('accepted_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('calls_of_user')
      .on('calls')
      .columns(['matrix_user_id', 'started_at desc', 'seq desc'])
      .execute();
    await db.schema.createIndex('calls_by_status').on('calls').column('call_status').execute();
    await db.schema
      .createTable('sfu_rooms')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('owner_user_id', 'text', (column) => column.notNull())
      .addColumn('oracle_did', 'text', (column) => column.notNull())
      .addColumn('user_identity', 'text', (column) => column.notNull().unique())
      .addColumn('ticket_sha256', 'text', (column) => column.notNull().unique())
      .addColumn('ticket_used_at', 'bigint')
      .addColumn('asked_at', 'bigint', (column) => column.notNull())
      .addColumn('opened_at', 'bigint')
      .addColumn('closed_at', 'bigint')
      .execute();
    await db.schema
      .createTable('answers')
      .addColumn('call_id', 'text', (column) => column.notNull().references('calls.call_id').onDelete('cascade'))
      .addColumn('call_status', 'text', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('event_id', 'text')
      .addPrimaryKeyConstraint('answers_key', ['call_id', 'call_status'])
      .execute();
    await db.schema
      .createTable('sessions')
      .addColumn('token_sha256', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('openid_tokens')
      .addColumn('token_sha256', 'text', (column) => column.primaryKey())
      .addColumn('used_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('agent_refusals')
      .addColumn('call_id', 'text', (column) => column.notNull().references('calls.call_id').onDelete('cascade'))
      .addColumn('agent_key_id', 'text', (column) => column.notNull())
      .addColumn('refused_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('agent_refusals_key', ['call_id', 'agent_key_id'])
      .execute();
    await db.schema
      .createTable('webhooks')
      .addColumn('webhook_id', 'text', (column) => column.primaryKey())
      .addColumn('received_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('refused_events')
      .addColumn('event_id', 'text', (column) => column.primaryKey())
      .addColumn('sender_user_id', 'text', (column) => column.notNull())
      .addColumn('code', 'text', (column) => column.notNull())
      .addColumn('refused_at', 'bigint', (column) => column.notNull())
      .execute();
  },
});

/** API keys that an operator makes, the audit log, and how often a room's agent was replaced. */
const addOperation: MigrationFor = (dialect) => ({
  up: async (db: Kysely<unknown>) => {
    await dialect
      .addRisingNumber(db.schema.createTable('api_keys'), 'seq')
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('oracle_did', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .addColumn('replaced_by', 'text')
      .execute();
    await dialect
      .addRisingNumber(db.schema.createTable('audit_log'), 'seq')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('code', 'text')
      .addColumn('key_id', 'text')
      .addColumn('call_id', 'text')
      .addColumn('sfu_room_name', 'text')
      .addColumn('oracle_did', 'text')
      .addColumn('address', 'text')
      .execute();
    await db.schema.createIndex('audit_log_by_time').on('audit_log').column('at').execute();
    await db.schema
      .alterTable('sfu_rooms')
      .addColumn('agent_replacements', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
});

/** How many rooms somebody has open is asked with each new one. */
const indexRoomsByOwner: MigrationFor = () => ({
  up: async (db: Kysely<unknown>) => {
    await db.schema.createIndex('sfu_rooms_of_owner').on('sfu_rooms').columns(['owner_user_id', 'closed_at']).execute();
  },
});

/**
 * Indices for a million calls, a table that remembers by hash what was deleted, and how to find the audit's rows of a call. A call's answer
 * goes with it, as before.
 */
const addDeletion: MigrationFor = () => ({
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable('deleted_names')
      .addColumn('sha256', 'text', (column) => column.primaryKey())
      .addColumn('deleted_at', 'bigint', (column) => column.notNull())
      .execute();
    const index = async (
      name: string,
      table: string,
      columns: readonly string[],
      where?: RawBuilder<SqlBool>,
    ): Promise<void> => {
      const build = db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns]);
      await (where === undefined ? build : build.where(where)).execute();
    };
    await db.schema.dropIndex('calls_by_status').execute();
    await index('calls_live', 'calls', ['seq'], sql<SqlBool>`call_status <> 'ended'`);
    await index('calls_by_end', 'calls', ['ended_at', 'seq'], sql<SqlBool>`ended_at is not null`);
    await index('calls_by_time', 'calls', ['started_at desc', 'seq desc']);
    await index('calls_of_oracle', 'calls', ['oracle_did', 'started_at desc', 'seq desc']);
    await index('answers_due', 'answers', ['due_at', 'call_status'], sql<SqlBool>`event_id is null`);
    await index('sfu_rooms_unclosed', 'sfu_rooms', ['name'], sql<SqlBool>`closed_at is null`);
    await index('sfu_rooms_by_end', 'sfu_rooms', ['closed_at'], sql<SqlBool>`closed_at is not null`);
    await index('audit_log_of_call', 'audit_log', ['call_id'], sql<SqlBool>`call_id is not null`);
    await index('audit_log_of_room', 'audit_log', ['sfu_room_name'], sql<SqlBool>`sfu_room_name is not null`);
    await index('deleted_names_by_time', 'deleted_names', ['deleted_at']);
  },
});

/** Oracles' calls to people. A ring that a call accepted goes with that call. */
const addRings: MigrationFor = () => ({
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable('rings')
      .addColumn('ring_key', 'text', (column) => column.primaryKey())
      .addColumn('event_id', 'text', (column) => column.unique())
      .addColumn('oracle_did', 'text', (column) => column.notNull())
      .addColumn('matrix_user_id', 'text', (column) => column.notNull())
      .addColumn('matrix_room_id', 'text', (column) => column.notNull())
      .addColumn('call_type', 'text', (column) => column.notNull())
      .addColumn('session_id', 'text')
      .addColumn('reason', 'text')
      .addColumn('ring_status', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('lifetime_ms', 'bigint', (column) => column.notNull())
      .addColumn('over_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('call_id', 'text')
      .addColumn('due_at', 'bigint')
      .execute();
    const index = async (name: string, columns: readonly string[], where: RawBuilder<SqlBool>): Promise<void> => {
      await db.schema
        .createIndex(name)
        .on('rings')
        .columns([...columns])
        .where(where)
        .execute();
    };
    await index('rings_open', ['oracle_did', 'matrix_user_id'], sql<SqlBool>`ended_at is null`);
    await index('rings_due', ['oracle_did', 'due_at'], sql<SqlBool>`due_at is not null`);
    await index('rings_by_end', ['ended_at'], sql<SqlBool>`ended_at is not null`);
    await index('rings_of_call', ['call_id'], sql<SqlBool>`call_id is not null`);
  },
});

/** What oracles remember of their users, sealed. It is erased by account, and outlives the calls that it comes from. */
const addMemories: MigrationFor = () => ({
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable('memories')
      .addColumn('oracle_did', 'text', (column) => column.notNull())
      .addColumn('matrix_user_id', 'text', (column) => column.notNull())
      .addColumn('user_did', 'text', (column) => column.notNull())
      .addColumn('session_id', 'text', (column) => column.notNull())
      .addColumn('record', 'text')
      .addColumn('erased_at', 'bigint', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('memories_key', ['matrix_user_id', 'oracle_did', 'user_did', 'session_id'])
      .execute();
    await db.schema.createIndex('memories_by_time').on('memories').column('changed_at').execute();
  },
});

/** Every migration by name; names sort in the order in which they run. Never change one that was released. */
export function createMigrations(dialect: SqlDialect): MigrationProvider {
  return {
    getMigrations: () =>
      Promise.resolve({
        '0001-calls': createTables(dialect),
        '0002-operation': addOperation(dialect),
        '0003-rooms-of-owner': indexRoomsByOwner(dialect),
        '0004-deletion': addDeletion(dialect),
        '0005-rings': addRings(dialect),
        '0006-memories': addMemories(dialect),
      }),
  };
}

/** Names of the migrations of this version, in their order; they are the same for every database. */
export async function knownMigrations(): Promise<readonly string[]> {
  return Object.keys(await createMigrations(SQLITE).getMigrations());
}

/** Name of the last migration of this version: what a backup of it says. */
export async function latestMigration(): Promise<string> {
  return (await knownMigrations()).at(-1) ?? '';
}

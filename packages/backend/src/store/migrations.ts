import { sql, type Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';

/** Written in SQL that SQLite and Postgres share, but for the rising numbers. */
const createTables: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable('calls')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
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
};

/** API keys that an operator makes, the audit log, and how often a room's agent was replaced. */
const addOperation: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable('api_keys')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('oracle_did', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .addColumn('replaced_by', 'text')
      .execute();
    await db.schema
      .createTable('audit_log')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
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
};

/** How many rooms somebody has open is asked with each new one. */
const indexRoomsByOwner: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema.createIndex('sfu_rooms_of_owner').on('sfu_rooms').columns(['owner_user_id', 'closed_at']).execute();
  },
};

/** Every migration by name; names sort in the order in which they run. Never change one that was released. */
export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '0001-calls': createTables,
      '0002-operation': addOperation,
      '0003-rooms-of-owner': indexRoomsByOwner,
    }),
};

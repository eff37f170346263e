import type { Tables } from '../tables.ts';

/** Every table that the migrations make; a test compares the list with a migrated database. */
const TABLES: Readonly<Record<keyof Tables, true>> = {
  calls: true,
  sfu_rooms: true,
  answers: true,
  sessions: true,
  openid_tokens: true,
  agent_refusals: true,
  webhooks: true,
  refused_events: true,
  api_keys: true,
  audit_log: true,
  deleted_names: true,
  rings: true,
  memories: true,
};

/** With the two in which Kysely notes what has run. */
export const OUR_TABLES: readonly string[] = [...Object.keys(TABLES), 'kysely_migration', 'kysely_migration_lock'];

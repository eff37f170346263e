/* What whoever operates a backend does beside it, on the machine that has the database. */
export {
  API_KEY_PREFIX,
  ApiKeys,
  ROTATION_OVERLAP_MAX_MS,
  ROTATION_OVERLAP_MS,
  stateOfApiKey,
  type ApiKeyState,
  type CreatedApiKey,
} from './api-keys/api-keys.ts';
export type { ApiKeyRecord } from './store/api-key-store.ts';
export { AUDIT_ACTIONS, type AuditAction, type AuditEntry, type AuditFilter } from './store/audit-store.ts';
export { parsePostgresUrl, type DatabaseLocation } from './store/database/database-location.ts';
export {
  backUpDatabase,
  copySqliteFile,
  isDatabaseThere,
  restoreDatabase,
  type Occupied,
} from './store/backup/database-backup.ts';
export { OUR_TABLES } from './store/backup/our-tables.ts';
export { readMigrationState, type MigrationState } from './store/database/migration-state.ts';
export { latestMigration } from './store/migrations.ts';
export type { Deletion } from './store/call-deletion.ts';
export type { CallFilter } from './store/call-store.ts';
export type { Call } from './calls/call.ts';
export { openSqliteStore, openStore, type Store } from './store/store.ts';

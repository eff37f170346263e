import type { AuditEntry } from '@oracle-calls/backend/operator';

/** An entry of the audit log as `--json` prints it. */
export const auditJson = (entry: AuditEntry): object => ({ ...entry, at: new Date(entry.at).toISOString() });

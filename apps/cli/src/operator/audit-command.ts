import type { AuditEntry } from '@oracle-calls/backend/operator';
import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { instantValue, wholeNumberValue } from '../terminal/option-values.ts';
import { jsonLine } from '../terminal/output.ts';
import { auditJson } from './audit-json.ts';
import { DATABASE_HELP } from './database-option.ts';

interface AuditFlags {
  readonly database: string;
  readonly json?: boolean;
  readonly since?: number;
  readonly limit: number;
}

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 100_000;

/** One line: when, what, how it ended, whose key, which call, from where. */
function describe(entry: AuditEntry): string {
  const { at, action, code = 'ok', keyId, callId, sfuRoomName, oracleDid, address = 'operator' } = entry;
  const words = [new Date(at).toISOString(), action, code, keyId, callId ?? sfuRoomName, oracleDid, address];
  return `${words.filter((word) => word !== undefined).join('  ')}\n`;
}

/** Adds `audit` to the command line; `write` gets what goes to stdout. */
export function addAuditCommand(program: Command, write: (text: string) => void): void {
  const command = program
    .command('audit')
    .summary("show the backend's audit log")
    .description('Shows who was given or refused which envelope, and every change of an API key. Latest last.')
    .requiredOption('--database <file>', DATABASE_HELP)
    .option('--since <instant>', 'from this instant on', instantValue)
    .option('--limit <count>', 'so many of the latest', wholeNumberValue(1, LIMIT_MAX), LIMIT_DEFAULT)
    .option('--json', 'print one JSON array')
    .action(async ({ database, since, limit, json = false }: AuditFlags) => {
      const { openDatabase } = await import('./open-database.ts');
      await using store = await openDatabase(database);
      const entries = await store.audit.list({ since, limit });
      write(json ? jsonLine(entries.map(auditJson)) : entries.map(describe).join(''));
    });
  withExamples(command, [
    'oracle-calls audit --database calls.db --since 2026-11-23T00:00:00Z',
    'oracle-calls audit --database calls.db --limit 10 --json',
  ]);
}

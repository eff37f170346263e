import type { AuditEntry, Call, Store } from '@oracle-calls/backend/operator';
import { CALL_STATUSES, OracleCallError, parseDid, systemClock, type CallStatus } from '@oracle-calls/protocol';
import { Option, type Command } from 'commander';
import { auditJson } from '../operator/audit-json.ts';
import { addDatabaseCommand } from '../operator/database-option.ts';
import { withExamples } from '../terminal/examples.ts';
import { instantValue, matrixUserValue, wholeNumberValue } from '../terminal/option-values.ts';
import { jsonLine } from '../terminal/output.ts';
import { callJson } from './call-json.ts';
import { callsTable, formatLength } from './calls-table.ts';

interface CallsFlags {
  readonly database: string;
  readonly json?: boolean;
}

interface ListFlags extends CallsFlags {
  readonly oracle?: string;
  readonly status?: CallStatus;
  readonly since?: number;
  readonly until?: number;
  readonly search?: string;
  readonly limit: number;
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 100_000;
/** Lines of the audit log about one call; there are a few. */
const AUDIT_MAX = 100;

const HELP = `
A call is named by its id or by the beginning that "list" shows.`;

async function withStore<T>(database: string, work: (store: Store) => Promise<T>): Promise<T> {
  const { openDatabase } = await import('../operator/open-database.ts');
  await using store = await openDatabase(database);
  return await work(store);
}

/** @throws {OracleCallError} `ERR_CALL_NOT_FOUND` when none or several begin so */
async function findCall({ calls }: Store, text: string): Promise<Call> {
  const found = await calls.findByBeginning(text.startsWith('$') ? text : `$${text}`, 2);
  const [call] = found;
  if (call === undefined) throw new OracleCallError('ERR_CALL_NOT_FOUND', 'There is no call whose id begins so.');
  if (found.length > 1) throw new OracleCallError('ERR_CALL_NOT_FOUND', 'Several calls begin so: give more of the id.');
  return call;
}

function describeAudit({ at, action, code, keyId, address }: AuditEntry): string {
  return ['', new Date(at).toISOString(), action, code ?? 'ok', keyId ?? '-', address ?? 'operator'].join('  ');
}

function describeCall(call: Call, audit: readonly AuditEntry[]): string {
  const facts = { ...callJson(call), length: formatLength(call) };
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(13)}  ${value}`);
  const log = audit.length === 0 ? [] : ['', 'Audit log:', ...audit.map(describeAudit)];
  return `${[...lines, ...log].join('\n')}\n`;
}

/** Adds `calls list|show|delete|forget` to the command line; `write` gets what goes to stdout. */
export function addCallsCommand(program: Command, write: (text: string) => void): void {
  const group = program.command('calls').summary('list, show and delete calls');
  group.description("Looks into a backend's calls, which it may be holding meanwhile.").addHelpText('after', HELP);
  withExamples(group, [
    'oracle-calls calls list --database calls.db',
    'oracle-calls calls show Zk3hVVBHB0 --database calls.db',
  ]);
  const add = (name: string, summary: string, example: string): Command =>
    addDatabaseCommand(group, name, summary, example);

  add('list', 'list calls, newest first', 'list --database calls.db --status ended --since 2026-11-01')
    .option('--oracle <did>', 'of this oracle only')
    .addOption(new Option('--status <status>', 'in this status only').choices(CALL_STATUSES))
    .option('--since <instant>', 'started then or later', instantValue)
    .option('--until <instant>', 'started before', instantValue)
    .option('--search <text>', 'with this text in session, oracle, voice, language or reason')
    .option('--limit <count>', 'so many', wholeNumberValue(1, LIMIT_MAX), LIMIT_DEFAULT)
    .action(async ({ database, oracle, json = false, ...filter }: ListFlags) => {
      const oracleDid = oracle === undefined ? undefined : parseDid(oracle);
      const calls = await withStore(database, (store) => store.calls.list({ ...filter, oracleDid }));
      write(json ? jsonLine(calls.map(callJson)) : callsTable(calls));
    });
  add('show', 'show one call and what the audit log says of it', 'show Zk3hVVBHB0 --database calls.db')
    .argument('<call>', "its id, or the id's beginning")
    .action(async (text: string, { database, json = false }: CallsFlags) => {
      await withStore(database, async (store) => {
        const call = await findCall(store, text);
        const audit = await store.audit.list({ call, limit: AUDIT_MAX });
        write(json ? jsonLine({ ...callJson(call), audit: audit.map(auditJson) }) : describeCall(call, audit));
      });
    });
  add('forget', 'delete all that oracles remember of a person', 'forget @alice:example.org --database calls.db')
    .argument('<user>', "the person's Matrix id", matrixUserValue)
    .action(async (text: string, { database, json = false }: CallsFlags) => {
      const { parseMatrixUserId } = await import('@oracle-calls/matrix');
      await withStore(database, async (store) => {
        const now = systemClock.now();
        const deleted = await store.memories.deleteAccount(parseMatrixUserId(text), now);
        await store.audit.add({ at: now, action: 'memory-erase-by-operator' });
        write(json ? jsonLine({ userId: text, sessions: deleted }) : `Deleted: ${deleted} remembered sessions.\n`);
      });
    });
  add('delete', 'delete one call that is over, from every table', 'delete Zk3hVVBHB0 --database calls.db')
    .argument('<call>', "its id, or the id's beginning")
    .action(async (text: string, { database, json = false }: CallsFlags) => {
      await withStore(database, async (store) => {
        const { callId } = await findCall(store, text);
        const deletion = await store.deletion.delete(callId, { kind: 'operator' }, systemClock.now());
        if (deletion === 'unknown') throw new OracleCallError('ERR_CALL_NOT_FOUND');
        if (deletion === 'live') throw new OracleCallError('ERR_CALL_LIVE');
        write(json ? jsonLine({ callId, state: 'deleted' }) : `Deleted: ${callId}\n`);
      });
    });
}

import type { Kysely, Transaction } from 'kysely';
import * as v from 'valibot';
import { parseWith, sessionIdSchema, type Did } from '@oracle-calls/protocol';
import type { KeepMemoryRequest, KeptMemory } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { instantColumn } from './call-rows.ts';
import type { Database } from './database/database.ts';
import type { Tables } from './tables.ts';

/** After the end of a call its agent may keep what was said for this long, in ms: it is told of the end last, and may be slow. */
export const MEMORY_GRACE_MS = 2 * 60_000;

/** Whose memory of which session. */
export interface MemoryKey {
  readonly oracleDid: Did;
  readonly matrixUserId: MatrixUserId;
  readonly userDid: Did;
  readonly sessionId: string;
}

/** What a user erases: all that an oracle remembers of them, or one session. */
export interface MemoryErasure {
  readonly oracleDid: Did;
  readonly matrixUserId: MatrixUserId;
  readonly sessionId?: string | undefined;
  readonly now: number;
  /** Calls that ended before have nothing more to say; agents of later ones are told that this was erased. */
  readonly callsEndedAfter: number;
}

export interface MemoryOfSession {
  readonly sessionId: string;
  readonly keptAt: number;
}

const keptSchema = v.object({ record: v.nullable(v.string()), erased_at: instantColumn });
const listedSchema = v.object({ session_id: sessionIdSchema, changed_at: instantColumn });

/**
 * What oracles remember, sealed by their agents: nothing of it can be read here. An erased one leaves the instant of its erasure, so that an agent whose
 * call was under way does not bring it back.
 */
export class MemoryStore {
  readonly #database: Database;
  readonly #db: Kysely<Tables>;

  constructor(database: Database) {
    this.#database = database;
    this.#db = database.db;
  }

  async find(key: MemoryKey): Promise<KeptMemory | undefined> {
    const row = await of(this.#db, key).executeTakeFirst();
    return row === undefined ? undefined : toKept(row);
  }

  /** Keeps a record in the place of the one before; `false` when the user has erased the memory since `erasedAt`. */
  keep(key: MemoryKey, { record, erasedAt }: KeepMemoryRequest, now: number): Promise<boolean> {
    return this.#database.atomically(async (tx) => {
      const row = await of(tx, key).executeTakeFirst();
      const kept = row === undefined ? undefined : toKept(row);
      if (kept !== undefined && kept.erasedAt > erasedAt) return false;
      await put(tx, key, { record, erased_at: kept?.erasedAt ?? erasedAt, changed_at: now });
      return true;
    });
  }

  /** Of which sessions an oracle remembers something, latest first. */
  async list(oracleDid: Did, matrixUserId: MatrixUserId, sessionId?: string): Promise<readonly MemoryOfSession[]> {
    let query = this.#db
      .selectFrom('memories')
      .select(['session_id', 'changed_at'])
      .where('matrix_user_id', '=', matrixUserId)
      .where('oracle_did', '=', oracleDid)
      .where('record', 'is not', null);
    if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
    const rows = await query.orderBy('changed_at', 'desc').execute();
    return rows.map((row) => {
      const { session_id: session, changed_at: keptAt } = parseWith(listedSchema, row, 'ERR_INTERNAL');
      return { sessionId: session, keptAt };
    });
  }

  /** Erases, also what a call that is under way would keep. Returns of how many sessions something was there. */
  erase({ oracleDid, matrixUserId, sessionId, now, callsEndedAfter }: MemoryErasure): Promise<number> {
    return this.#database.atomically(async (tx) => {
      let kept = tx
        .selectFrom('memories')
        .select(['user_did', 'session_id', 'record', 'erased_at'])
        .where('matrix_user_id', '=', matrixUserId)
        .where('oracle_did', '=', oracleDid);
      let called = tx
        .selectFrom('calls')
        .select(['user_did', 'session_id'])
        .distinct()
        .where('matrix_user_id', '=', matrixUserId)
        .where('oracle_did', '=', oracleDid)
        .where((where) => where.or([where('ended_at', 'is', null), where('ended_at', '>', callsEndedAfter)]));
      if (sessionId !== undefined) {
        kept = kept.where('session_id', '=', sessionId);
        called = called.where('session_id', '=', sessionId);
      }
      const rows = await kept.execute();
      const sessions = new Map(
        [...(await called.execute()), ...rows].map((row) => [`${row.user_did} ${row.session_id}`, row]),
      );
      for (const { user_did: userDid, session_id: session } of sessions.values()) {
        const before = rows.find((row) => row.user_did === userDid && row.session_id === session);
        const key = { oracleDid, matrixUserId, userDid, sessionId: session };
        await put(tx, key, { record: null, erased_at: laterThan(before, now), changed_at: now });
      }
      return rows.filter(({ record }) => record !== null).length;
    });
  }

  /**
   * For the operator: everything of an account is gone, and nothing says that it was there, but for calls under way: their agents still hold it, and are told that
   * it was erased. Returns of how many sessions something was there.
   */
  deleteAccount(matrixUserId: MatrixUserId, now: number): Promise<number> {
    return this.#database.atomically(async (tx) => {
      const rows = await tx
        .selectFrom('memories')
        .select(['oracle_did', 'user_did', 'session_id', 'record', 'erased_at'])
        .where('matrix_user_id', '=', matrixUserId)
        .execute();
      const called = await tx
        .selectFrom('calls')
        .select(['oracle_did', 'user_did', 'session_id'])
        .distinct()
        .where('matrix_user_id', '=', matrixUserId)
        .where((where) => where.or([where('ended_at', 'is', null), where('ended_at', '>', now - MEMORY_GRACE_MS)]))
        .execute();
      await tx.deleteFrom('memories').where('matrix_user_id', '=', matrixUserId).execute();
      for (const { oracle_did: oracleDid, user_did: userDid, session_id: sessionId } of called) {
        const before = rows.find(
          (row) => row.oracle_did === oracleDid && row.user_did === userDid && row.session_id === sessionId,
        );
        const key = { oracleDid, matrixUserId, userDid, sessionId };
        await put(tx, key, { record: null, erased_at: laterThan(before, now), changed_at: now });
      }
      return rows.filter(({ record }) => record !== null).length;
    });
  }

  /** Forgets what was last kept, or erased, before; returns how many. */
  async prune(before: number): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('memories')
      .where('changed_at', '<', before)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }
}

const of = (db: Kysely<Tables>, { oracleDid, matrixUserId, userDid, sessionId }: MemoryKey) =>
  db
    .selectFrom('memories')
    .select(['record', 'erased_at'])
    .where('matrix_user_id', '=', matrixUserId)
    .where('oracle_did', '=', oracleDid)
    .where('user_did', '=', userDid)
    .where('session_id', '=', sessionId);

async function put(
  tx: Transaction<Tables>,
  { oracleDid, matrixUserId, userDid, sessionId }: Record<keyof MemoryKey, string>,
  change: { readonly record: string | null; readonly erased_at: number; readonly changed_at: number },
): Promise<void> {
  await tx
    .insertInto('memories')
    .values({
      oracle_did: oracleDid,
      matrix_user_id: matrixUserId,
      user_did: userDid,
      session_id: sessionId,
      ...change,
    })
    .onConflict((conflict) =>
      conflict.columns(['matrix_user_id', 'oracle_did', 'user_did', 'session_id']).doUpdateSet(change),
    )
    .execute();
}

/** Later than any agent knows, also within one millisecond. */
const laterThan = (before: { readonly erased_at: number } | undefined, now: number): number =>
  Math.max(now, (before?.erased_at ?? 0) + 1);

function toKept(row: unknown): KeptMemory {
  const { record, erased_at: erasedAt } = parseWith(keptSchema, row, 'ERR_INTERNAL');
  return { ...(record === null ? {} : { record }), erasedAt };
}

import { sql, type Kysely, type RawBuilder, type SqlBool, type Transaction } from 'kysely';
import type { CallId, CallStatus, CallType, Did, EndReason, MatrixEventId, SfuRoomName } from '@oracle-calls/protocol';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix/port';
import type { Call, NewCall } from '../calls/call.ts';
import { toCall, toCallRow } from './call-rows.ts';
import type { Database } from './database/database.ts';
import { findDeleted } from './deleted-names.ts';
import { acceptRing } from './ring-store.ts';
import type { Tables } from './tables.ts';

/** What became of a call event: a new call, one known already, something that belongs to another call, or an answer to a ring that is none of this person's or over. */
export type Acceptance = 'accepted' | 'known' | 'replayed' | 'ring-over';

/** Where a page of calls begins: behind this call. */
export interface PageStart {
  readonly startedAt: number;
  readonly seq: number;
}

/** Which calls; what is left out does not matter. */
export interface CallFilter {
  /** The one whose calls they are; only the operator leaves it out. */
  readonly matrixUserId?: MatrixUserId | undefined;
  readonly oracleDid?: Did | undefined;
  readonly sessionId?: string | undefined;
  readonly status?: CallStatus | undefined;
  readonly callType?: CallType | undefined;
  /** Started at this instant or later, in epoch ms. */
  readonly since?: number | undefined;
  /** Started before this instant, in epoch ms. */
  readonly until?: number | undefined;
  /** Some text, in any case, of the session, the oracle's DID, the voice, the language or the end's reason. */
  readonly search?: string | undefined;
  readonly after?: PageStart | undefined;
  readonly limit: number;
}

export interface CallEnd {
  readonly endReason: EndReason;
  readonly endedAt: number;
  /** Whether the oracle's side says so in Matrix; not needed when the caller's own edit said it. */
  readonly isAnswered: boolean;
}

const SEARCHED = ['event_id', 'session_id', 'oracle_did', 'agent_voice', 'language', 'end_reason'] as const;

/** Without regard to case in either database: SQLite's `like` has none by itself, Postgres's has. All of these columns are ASCII. */
function contains(column: (typeof SEARCHED)[number], text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}

/** Calls in SQL that SQLite and Postgres share. */
export class CallStore {
  readonly #database: Database;
  readonly #db: Kysely<Tables>;

  constructor(database: Database) {
    this.#database = database;
    this.#db = database.db;
  }

  /**
   * Takes a new call, unless its event, SFU room or envelope is taken, or the room was asked for by somebody else or for another oracle. With the ring
   * that it answers, which is then accepted in the same step, or not at all.
   */
  accept(call: NewCall, ringEventId?: MatrixEventId): Promise<Acceptance> {
    return this.#database.atomically(async (tx) => {
      const taken = await tx
        .selectFrom('calls')
        .select('event_id')
        .where((where) =>
          where.or([
            where('event_id', '=', call.eventId),
            where('sfu_room_name', '=', call.sfuRoomName),
            where('envelope_sha256', '=', call.envelopeSha256),
          ]),
        )
        .execute();
      if (taken.some((row) => row.event_id === call.eventId)) return 'known';
      if (taken.length > 0) return 'replayed';
      const { eventId: event, sfuRoomName: roomName, envelopeSha256: envelope } = call;
      const deleted = await findDeleted(tx, { event, room: roomName, envelope });
      if (deleted.has('event')) return 'known';
      if (deleted.size > 0) return 'replayed';
      const room = await tx
        .selectFrom('sfu_rooms')
        .select(['owner_user_id', 'oracle_did'])
        .where('name', '=', call.sfuRoomName)
        .executeTakeFirst();
      const isOthers =
        room !== undefined && (room.owner_user_id !== call.matrixUserId || room.oracle_did !== call.oracleDid);
      if (isOthers) return 'replayed';
      if (ringEventId !== undefined) {
        const { oracleDid, matrixUserId, callId, acceptedAt: now } = call;
        if (!(await acceptRing(tx, { ringEventId, oracleDid, matrixUserId, callId, now }))) return 'ring-over';
      }
      await tx
        .insertInto('calls')
        .values(toCallRow({ ...call, callStatus: 'pending' }))
        .execute();
      return 'accepted';
    });
  }

  findById(callId: CallId): Promise<Call | undefined> {
    return this.#findBy('call_id', callId);
  }

  findByEventId(eventId: MatrixEventId): Promise<Call | undefined> {
    return this.#findBy('event_id', eventId);
  }

  findBySfuRoomName(sfuRoomName: SfuRoomName): Promise<Call | undefined> {
    return this.#findBy('sfu_room_name', sfuRoomName);
  }

  /** Of one user's calls in a Matrix room that have not ended, the one that was accepted last. */
  async findNewestLive(matrixRoomId: MatrixRoomId, matrixUserId: MatrixUserId): Promise<Call | undefined> {
    const row = await this.#db
      .selectFrom('calls')
      .selectAll()
      .where('matrix_user_id', '=', matrixUserId)
      .where('matrix_room_id', '=', matrixRoomId)
      .where('call_status', '!=', 'ended')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? undefined : toCall(row);
  }

  /** Calls whose id begins so, `limit` at most. Reads every id, and is for people at a command line. */
  async findByBeginning(text: string, limit: number): Promise<readonly Call[]> {
    const rows = await this.#db
      .selectFrom('calls')
      .selectAll()
      .where((where) => where(sql<string>`substr(call_id, 1, ${sql.lit(text.length)})`, '=', text))
      .limit(limit)
      .execute();
    return rows.map(toCall);
  }

  /** Makes a pending call active and its answer due; `false` when it was not pending. */
  activate(callId: CallId, now: number): Promise<boolean> {
    return this.#database.atomically(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('calls')
        .set({ call_status: 'active' })
        .where('call_id', '=', callId)
        .where('call_status', '=', 'pending')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await this.#addAnswer(tx, callId, 'active', now);
      return true;
    });
  }

  /** Ends a call and makes its answer due; `false` when it had ended already. */
  end(callId: CallId, { endReason, endedAt, isAnswered }: CallEnd): Promise<boolean> {
    return this.#database.atomically(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('calls')
        .set({ call_status: 'ended', end_reason: endReason, ended_at: endedAt })
        .where('call_id', '=', callId)
        .where('call_status', '!=', 'ended')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      if (isAnswered) await this.#addAnswer(tx, callId, 'ended', endedAt);
      return true;
    });
  }

  /** Calls, newest first. */
  async list(filter: CallFilter): Promise<readonly Call[]> {
    const { matrixUserId, oracleDid, sessionId, status, callType, since, until, search, after, limit } = filter;
    let query = this.#db.selectFrom('calls').selectAll();
    if (matrixUserId !== undefined) query = query.where('matrix_user_id', '=', matrixUserId);
    if (oracleDid !== undefined) query = query.where('oracle_did', '=', oracleDid);
    if (sessionId !== undefined) query = query.where('session_id', '=', sessionId);
    if (status !== undefined) query = query.where('call_status', '=', status);
    if (callType !== undefined) query = query.where('call_type', '=', callType);
    if (since !== undefined) query = query.where('started_at', '>=', since);
    if (until !== undefined) query = query.where('started_at', '<', until);
    if (search !== undefined)
      query = query.where((where) => where.or(SEARCHED.map((column) => contains(column, search))));
    if (after !== undefined) {
      // As one comparison of pairs, an index leads straight to the page however far behind it is.
      query = query.where((where) =>
        where(where.refTuple('started_at', 'seq'), '<', where.tuple(after.startedAt, after.seq)),
      );
    }
    const rows = await query.orderBy('started_at', 'desc').orderBy('seq', 'desc').limit(limit).execute();
    return rows.map(toCall);
  }

  /** Every call that has not ended, oldest first. */
  async listLive(): Promise<readonly Call[]> {
    const rows = await this.#db
      .selectFrom('calls')
      .selectAll()
      .where('call_status', '<>', sql.lit('ended'))
      .orderBy('seq')
      .execute();
    return rows.map(toCall);
  }

  /** How many have not ended. The condition is that of the index of live calls: of a million that are over, none is read. */
  async countLive(): Promise<Readonly<Record<'pending' | 'active', number>>> {
    const rows = await this.#db
      .selectFrom('calls')
      .select((row) => ['call_status', row.fn.countAll<number>().as('calls')])
      .where('call_status', '<>', sql.lit('ended'))
      .groupBy('call_status')
      .execute();
    const countOf = (status: CallStatus): number => rows.find(({ call_status }) => call_status === status)?.calls ?? 0;
    return { pending: countOf('pending'), active: countOf('active') };
  }

  async #findBy(column: 'call_id' | 'event_id' | 'sfu_room_name', value: string): Promise<Call | undefined> {
    const row = await this.#db.selectFrom('calls').selectAll().where(column, '=', value).executeTakeFirst();
    return row === undefined ? undefined : toCall(row);
  }

  async #addAnswer(tx: Transaction<Tables>, callId: CallId, status: CallStatus, now: number): Promise<void> {
    await tx
      .insertInto('answers')
      .values({ call_id: callId, call_status: status, due_at: now, event_id: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

import type { Kysely, Transaction } from 'kysely';
import * as v from 'valibot';
import {
  CALL_TYPES,
  callIdSchema,
  didSchema,
  matrixEventIdSchema,
  parseWith,
  type CallId,
  type Did,
  type MatrixEventId,
  type RingAnswerStatus,
} from '@oracle-calls/protocol';
import { RING_STATUSES } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { matrixRoomIdSchema, matrixUserIdSchema } from '../auth/matrix-ids.ts';
import { isSent, type Ring, type SentRing } from '../rings/ring.ts';
import { instantColumn } from './call-rows.ts';
import type { Database } from './database/database.ts';
import type { Tables } from './tables.ts';

const ringRowSchema = v.object({
  ring_key: v.string(),
  event_id: v.nullable(matrixEventIdSchema),
  oracle_did: didSchema,
  matrix_user_id: matrixUserIdSchema,
  matrix_room_id: matrixRoomIdSchema,
  call_type: v.picklist(CALL_TYPES),
  session_id: v.nullable(v.string()),
  reason: v.nullable(v.string()),
  ring_status: v.picklist(['sending', ...RING_STATUSES]),
  started_at: instantColumn,
  lifetime_ms: instantColumn,
  over_at: instantColumn,
  ended_at: v.nullable(instantColumn),
  call_id: v.nullable(callIdSchema),
});

function toRing(row: unknown): Ring {
  const parsed = parseWith(ringRowSchema, row, 'ERR_INTERNAL');
  return {
    key: parsed.ring_key,
    eventId: parsed.event_id ?? undefined,
    oracleDid: parsed.oracle_did,
    matrixUserId: parsed.matrix_user_id,
    matrixRoomId: parsed.matrix_room_id,
    callType: parsed.call_type,
    sessionId: parsed.session_id ?? undefined,
    reason: parsed.reason ?? undefined,
    state: parsed.ring_status,
    startedAt: parsed.started_at,
    lifetimeMs: parsed.lifetime_ms,
    overAt: parsed.over_at,
    endedAt: parsed.ended_at ?? undefined,
    callId: parsed.call_id ?? undefined,
  };
}

/** Who accepts, and with what. */
export interface RingAcceptance {
  readonly ringEventId: MatrixEventId;
  readonly oracleDid: Did;
  readonly matrixUserId: MatrixUserId;
  readonly callId: CallId;
  readonly now: number;
}

/** Makes a ring that still rings, and rings this person for this oracle, a call's, once; `false` when it is no such ring. */
export async function acceptRing(tx: Transaction<Tables>, acceptance: RingAcceptance): Promise<boolean> {
  const { ringEventId, oracleDid, matrixUserId, callId, now } = acceptance;
  const { numUpdatedRows } = await tx
    .updateTable('rings')
    .set({ ring_status: 'accepted', call_id: callId, ended_at: now, due_at: now })
    .where('event_id', '=', ringEventId)
    .where('oracle_did', '=', oracleDid)
    .where('matrix_user_id', '=', matrixUserId)
    .where('ring_status', '=', 'ringing')
    .where('over_at', '>', now)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Rings in SQL that SQLite and Postgres share. */
export class RingStore {
  readonly #database: Database;
  readonly #db: Kysely<Tables>;

  constructor(database: Database) {
    this.#database = database;
    this.#db = database.db;
  }

  /** Notes a ring that is about to be sent, unless one of this oracle to this person is not over. */
  begin(ring: Omit<Ring, 'eventId' | 'state' | 'endedAt' | 'callId'>): Promise<boolean> {
    return this.#database.atomically(async (tx) => {
      const open = await tx
        .selectFrom('rings')
        .select('ring_key')
        .where('oracle_did', '=', ring.oracleDid)
        .where('matrix_user_id', '=', ring.matrixUserId)
        .where('ended_at', 'is', null)
        .where('over_at', '>', ring.startedAt)
        .limit(1)
        .execute();
      if (open.length > 0) return false;
      await tx
        .insertInto('rings')
        .values({
          ring_key: ring.key,
          event_id: null,
          oracle_did: ring.oracleDid,
          matrix_user_id: ring.matrixUserId,
          matrix_room_id: ring.matrixRoomId,
          call_type: ring.callType,
          session_id: ring.sessionId ?? null,
          reason: ring.reason ?? null,
          ring_status: 'sending',
          started_at: ring.startedAt,
          lifetime_ms: ring.lifetimeMs,
          over_at: ring.overAt,
          ended_at: null,
          call_id: null,
          due_at: null,
        })
        .execute();
      return true;
    });
  }

  /** Matrix has taken it; why it rings need not be known here any more. */
  async markSent(key: string, eventId: MatrixEventId): Promise<void> {
    await this.#db
      .updateTable('rings')
      .set({ event_id: eventId, ring_status: 'ringing', reason: null })
      .where('ring_key', '=', key)
      .where('ring_status', '=', 'sending')
      .execute();
  }

  /** It was not sent. */
  async abandon(key: string): Promise<void> {
    await this.#db.deleteFrom('rings').where('ring_key', '=', key).where('ring_status', '=', 'sending').execute();
  }

  async find(eventId: MatrixEventId): Promise<SentRing | undefined> {
    const row = await this.#db.selectFrom('rings').selectAll().where('event_id', '=', eventId).executeTakeFirst();
    const ring = row === undefined ? undefined : toRing(row);
    return ring !== undefined && isSent(ring) ? ring : undefined;
  }

  /** Ends a ring; `false` when it was over. What the oracle's side says of it becomes due in the same step. */
  async end(eventId: MatrixEventId, status: Exclude<RingAnswerStatus, 'accepted'>, now: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('rings')
      .set({ ring_status: status, ended_at: now, due_at: status === 'declined' ? null : now })
      .where('event_id', '=', eventId)
      .where('ring_status', '=', 'ringing')
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** An oracle's rings that nobody has ended, sent or not. */
  async listOpen(oracleDid: Did): Promise<readonly Ring[]> {
    const rows = await this.#db
      .selectFrom('rings')
      .selectAll()
      .where('oracle_did', '=', oracleDid)
      .where('ended_at', 'is', null)
      .orderBy('started_at')
      .execute();
    return rows.map(toRing);
  }

  /** Rings whose end the oracle's side has not told yet, oldest first. */
  async listDue(oracleDid: Did): Promise<readonly SentRing[]> {
    const rows = await this.#db
      .selectFrom('rings')
      .selectAll()
      .where('due_at', 'is not', null)
      .where('oracle_did', '=', oracleDid)
      .orderBy('due_at')
      .execute();
    return rows.map(toRing).filter(isSent);
  }

  async markTold(eventId: MatrixEventId): Promise<void> {
    await this.#db.updateTable('rings').set({ due_at: null }).where('event_id', '=', eventId).execute();
  }

  /** Forgets rings that were over before: also those of which nobody has said so, such as one that never left. */
  async prune(overBefore: number): Promise<void> {
    await this.#db.deleteFrom('rings').where('over_at', '<', overBefore).execute();
  }
}

import type { Transaction } from 'kysely';
import { didSchema, parseWith, type CallId } from '@oracle-calls/protocol';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { AuditStore, type AuditAction } from './audit-store.ts';
import type { Database } from './database/database.ts';
import { rememberDeleted } from './deleted-names.ts';
import type { Tables } from './tables.ts';

/** What became of a wish to delete: done, not yet because the call or its SFU room is open, or no such call for whoever asks. */
export type Deletion = 'deleted' | 'live' | 'unknown';

/** Who wants a call deleted: a user their own, the operator any. */
export type Deleter = { readonly kind: 'user'; readonly userId: MatrixUserId } | { readonly kind: 'operator' };

/** Old calls are deleted so many at a time, so that nobody waits long for the tables. */
const BATCH_MAX = 500;

const AUDIT_ACTION = {
  user: 'call-delete-by-user',
  operator: 'call-delete-by-operator',
} as const satisfies Record<Deleter['kind'], AuditAction>;

interface Doomed {
  readonly call_id: string;
  readonly event_id: string;
  readonly sfu_room_name: string;
  readonly envelope_sha256: string;
}

const DOOMED = ['call_id', 'event_id', 'sfu_room_name', 'envelope_sha256'] as const;

/**
 * Takes calls out of every table. What stays: lines of the audit log that no longer say which call they are about, and for a day the hashes of three
 * random names.
 */
export class CallDeletion {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Deletes one call that is over. */
  delete(callId: CallId, by: Deleter, now: number): Promise<Deletion> {
    return this.#database.atomically(async (tx) => {
      const call = await tx
        .selectFrom('calls')
        .select([...DOOMED, 'call_status', 'matrix_user_id', 'oracle_did'])
        .where('call_id', '=', callId)
        .executeTakeFirst();
      if (call === undefined || (by.kind === 'user' && call.matrix_user_id !== by.userId)) return 'unknown';
      const room = await tx
        .selectFrom('sfu_rooms')
        .select('closed_at')
        .where('name', '=', call.sfu_room_name)
        .executeTakeFirst();
      if (call.call_status !== 'ended' || room?.closed_at === null) return 'live';
      await forget(tx, [call], now);
      const oracleDid = parseWith(didSchema, call.oracle_did, 'ERR_INTERNAL');
      await new AuditStore(tx).add({ at: now, action: AUDIT_ACTION[by.kind], oracleDid });
      return 'deleted';
    });
  }

  /** Deletes calls that ended before; returns how many. A call whose SFU room is not closed waits for that. */
  async prune(endedBefore: number, now: number): Promise<number> {
    let count = 0;
    for (;;) {
      const pruned = await this.#pruneBatch(endedBefore, now);
      count += pruned;
      if (pruned < BATCH_MAX) return count;
    }
  }

  /** Forgets the names of calls that were deleted before. */
  async pruneNames(deletedBefore: number): Promise<void> {
    await this.#database.db.deleteFrom('deleted_names').where('deleted_at', '<', deletedBefore).execute();
  }

  #pruneBatch(endedBefore: number, now: number): Promise<number> {
    return this.#database.atomically(async (tx) => {
      const calls = await tx
        .selectFrom('calls')
        .select(DOOMED)
        .where('ended_at', '<', endedBefore)
        .where((where) =>
          where.not(
            where.exists(
              where
                .selectFrom('sfu_rooms')
                .select('name')
                .whereRef('sfu_rooms.name', '=', 'calls.sfu_room_name')
                .where('closed_at', 'is', null),
            ),
          ),
        )
        .orderBy('ended_at')
        .limit(BATCH_MAX)
        .execute();
      if (calls.length > 0) await forget(tx, calls, now);
      return calls.length;
    });
  }
}

async function forget(tx: Transaction<Tables>, calls: readonly Doomed[], now: number): Promise<void> {
  const callIds = calls.map((call) => call.call_id);
  const roomNames = calls.map((call) => call.sfu_room_name);
  const eventIds = calls.map((call) => call.event_id);
  await rememberDeleted(
    tx,
    calls.map((call) => ({
      eventId: call.event_id,
      sfuRoomName: call.sfu_room_name,
      envelopeSha256: call.envelope_sha256,
    })),
    now,
  );
  await tx.deleteFrom('answers').where('call_id', 'in', callIds).execute();
  await tx.deleteFrom('rings').where('call_id', 'in', callIds).execute();
  await tx.deleteFrom('agent_refusals').where('call_id', 'in', callIds).execute();
  await tx.deleteFrom('sfu_rooms').where('name', 'in', roomNames).execute();
  await tx.deleteFrom('refused_events').where('event_id', 'in', eventIds).execute();
  // That a key was released stays written; for which call does not.
  const nameless = { call_id: null, sfu_room_name: null };
  await tx.updateTable('audit_log').set(nameless).where('call_id', 'in', callIds).execute();
  await tx.updateTable('audit_log').set(nameless).where('sfu_room_name', 'in', roomNames).execute();
  await tx.deleteFrom('calls').where('call_id', 'in', callIds).execute();
}

import type { Kysely, Selectable } from 'kysely';
import * as v from 'valibot';
import { didSchema, parseWith, sfuRoomNameSchema, type Did, type SfuRoomName } from '@oracle-calls/protocol';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { matrixUserIdSchema } from '../auth/matrix-ids.ts';
import { instantColumn } from './call-rows.ts';
import type { Database } from './database/database.ts';
import { findDeleted } from './deleted-names.ts';
import type { SfuRoomRow, Tables } from './tables.ts';

/** An SFU room that somebody asked a join token for. */
export interface SfuRoom {
  readonly name: SfuRoomName;
  /** The first authenticated asker. */
  readonly owner: MatrixUserId;
  readonly oracleDid: Did;
  readonly userIdentity: string;
  readonly ticketSha256: string;
  readonly ticketUsedAt: number | undefined;
  readonly openedAt: number | undefined;
  readonly closedAt: number | undefined;
}

export interface RoomRequest {
  readonly name: SfuRoomName;
  readonly asker: MatrixUserId;
  readonly oracleDid: Did;
  readonly userIdentity: string;
  readonly ticketSha256: string;
  /** A new room is made only for an asker who owns fewer that are not closed. */
  readonly openMax: number;
  readonly now: number;
}

const sfuRoomSchema = v.object({
  name: sfuRoomNameSchema,
  owner_user_id: matrixUserIdSchema,
  oracle_did: didSchema,
  user_identity: v.string(),
  ticket_sha256: v.string(),
  ticket_used_at: v.nullable(instantColumn),
  opened_at: v.nullable(instantColumn),
  closed_at: v.nullable(instantColumn),
});

function toSfuRoom(row: Selectable<SfuRoomRow>): SfuRoom {
  const parsed = parseWith(sfuRoomSchema, row, 'ERR_INTERNAL');
  return {
    name: parsed.name,
    owner: parsed.owner_user_id,
    oracleDid: parsed.oracle_did,
    userIdentity: parsed.user_identity,
    ticketSha256: parsed.ticket_sha256,
    ticketUsedAt: parsed.ticket_used_at ?? undefined,
    openedAt: parsed.opened_at ?? undefined,
    closedAt: parsed.closed_at ?? undefined,
  };
}

/** Who asked for which SFU room, and the ticket that its agent was dispatched with. */
export class SfuRoomStore {
  readonly #database: Database;
  readonly #db: Kysely<Tables>;

  constructor(database: Database) {
    this.#database = database;
    this.#db = database.db;
  }

  /**
   * Makes the asker the owner of a name that nobody owns, and returns the room of that name, whoever owns it; `too-many-open` when the name
   * is new and its owner has `openMax` rooms already; `deleted` when it was a deleted call's.
   */
  ask({
    name,
    asker,
    oracleDid,
    userIdentity,
    ticketSha256,
    openMax,
    now,
  }: RoomRequest): Promise<SfuRoom | 'too-many-open' | 'deleted'> {
    return this.#database.atomically(async (tx) => {
      const known = await tx.selectFrom('sfu_rooms').selectAll().where('name', '=', name).executeTakeFirst();
      if (known !== undefined) return toSfuRoom(known);
      if ((await findDeleted(tx, { room: name })).size > 0) return 'deleted';
      // A call event may have come before anybody asked: then the name is its sender's.
      const call = await tx
        .selectFrom('calls')
        .select(['matrix_user_id', 'oracle_did', 'call_status'])
        .where('sfu_room_name', '=', name)
        .executeTakeFirst();
      const owner = call?.matrix_user_id ?? asker;
      const { open } = await tx
        .selectFrom('sfu_rooms')
        .select((row) => row.fn.countAll<number>().as('open'))
        .where('owner_user_id', '=', owner)
        .where('closed_at', 'is', null)
        .executeTakeFirstOrThrow();
      if (open >= openMax) return 'too-many-open';
      await tx
        .insertInto('sfu_rooms')
        .values({
          name,
          owner_user_id: owner,
          oracle_did: call?.oracle_did ?? oracleDid,
          user_identity: userIdentity,
          ticket_sha256: ticketSha256,
          ticket_used_at: null,
          asked_at: now,
          opened_at: null,
          // Of a call that is over there will be no room.
          closed_at: call?.call_status === 'ended' ? now : null,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      const row = await tx.selectFrom('sfu_rooms').selectAll().where('name', '=', name).executeTakeFirstOrThrow();
      return toSfuRoom(row);
    });
  }

  async find(name: SfuRoomName): Promise<SfuRoom | undefined> {
    const row = await this.#db.selectFrom('sfu_rooms').selectAll().where('name', '=', name).executeTakeFirst();
    return row === undefined ? undefined : toSfuRoom(row);
  }

  /** Every room that may exist at the SFU. */
  async listUnclosed(): Promise<readonly SfuRoom[]> {
    const rows = await this.#db.selectFrom('sfu_rooms').selectAll().where('closed_at', 'is', null).execute();
    return rows.map(toSfuRoom);
  }

  /** How many rooms may exist at the SFU. */
  async countUnclosed(): Promise<number> {
    const { rooms } = await this.#db
      .selectFrom('sfu_rooms')
      .select((row) => row.fn.countAll<number>().as('rooms'))
      .where('closed_at', 'is', null)
      .executeTakeFirstOrThrow();
    return rooms;
  }

  /** Puts a fresh ticket in place of one that a failed attempt to open the room may have spent. */
  async replaceTicket(name: SfuRoomName, ticketSha256: string): Promise<void> {
    await this.#db
      .updateTable('sfu_rooms')
      .set({ ticket_sha256: ticketSha256 })
      .where('name', '=', name)
      .where('opened_at', 'is', null)
      .execute();
  }

  /**
   * Puts a fresh ticket in place for another agent of a room that is open; `false` when the room is closed or has had `max` already.
   * The ticket of the agent before it is worthless then, used or not.
   */
  async replaceAgent(name: SfuRoomName, ticketSha256: string, max: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('sfu_rooms')
      .set((row) => ({
        ticket_sha256: ticketSha256,
        ticket_used_at: null,
        agent_replacements: row('agent_replacements', '+', 1),
      }))
      .where('name', '=', name)
      .where('opened_at', 'is not', null)
      .where('closed_at', 'is', null)
      .where('agent_replacements', '<', max)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Uses a ticket up; `false` when somebody else did it first. */
  async useTicket(name: SfuRoomName, ticketSha256: string, now: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('sfu_rooms')
      .set({ ticket_used_at: now })
      .where('name', '=', name)
      .where('ticket_sha256', '=', ticketSha256)
      .where('ticket_used_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async markOpened(name: SfuRoomName, now: number): Promise<void> {
    await this.#db.updateTable('sfu_rooms').set({ opened_at: now }).where('name', '=', name).execute();
  }

  /** Forgets rooms that were closed before. A call's own row stays, and with it whose name it was. */
  async prune(closedBefore: number): Promise<void> {
    await this.#db.deleteFrom('sfu_rooms').where('closed_at', '<', closedBefore).execute();
  }

  async markClosed(name: SfuRoomName, now: number): Promise<void> {
    await this.#db
      .updateTable('sfu_rooms')
      .set({ closed_at: now })
      .where('name', '=', name)
      .where('closed_at', 'is', null)
      .execute();
  }
}

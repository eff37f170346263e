import type { Kysely } from 'kysely';
import * as v from 'valibot';
import { callIdSchema, parseWith, type CallId, type MatrixEventId } from '@oracle-calls/protocol';
import type { Tables } from './tables.ts';

const dueAnswerSchema = v.object({ call_id: callIdSchema, call_status: v.picklist(['active', 'ended']) });

/** The statuses that the oracle's side tells in Matrix. */
export type AnswerStatus = 'active' | 'ended';

export interface DueAnswer {
  readonly callId: CallId;
  readonly callStatus: AnswerStatus;
}

/** Answers that the oracle's side owes in Matrix. They become due in the same transaction as the status they tell. */
export class AnswerStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Unsent answers, oldest first; of one call or of all. */
  async listDue(callId?: CallId): Promise<readonly DueAnswer[]> {
    let query = this.#db.selectFrom('answers').select(['call_id', 'call_status']).where('event_id', 'is', null);
    if (callId !== undefined) query = query.where('call_id', '=', callId);
    // 'active' sorts before 'ended', which is also their order in time.
    const rows = await query.orderBy('due_at').orderBy('call_status').execute();
    return rows.map((row) => {
      const parsed = parseWith(dueAnswerSchema, row, 'ERR_INTERNAL');
      return { callId: parsed.call_id, callStatus: parsed.call_status };
    });
  }

  /** How many calls have something to tell that Matrix has not taken yet. */
  async countCallsDue(): Promise<number> {
    const { calls } = await this.#db
      .selectFrom('answers')
      .select((row) => row.fn.count<number>('call_id').distinct().as('calls'))
      .where('event_id', 'is', null)
      .executeTakeFirstOrThrow();
    return calls;
  }

  async markSent({ callId, callStatus }: DueAnswer, eventId: MatrixEventId): Promise<void> {
    await this.#db
      .updateTable('answers')
      .set({ event_id: eventId })
      .where('call_id', '=', callId)
      .where('call_status', '=', callStatus)
      .execute();
  }
}

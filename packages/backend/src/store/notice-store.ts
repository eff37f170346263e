import type { Kysely } from 'kysely';
import * as v from 'valibot';
import { ERROR_CODES, parseWith, type ErrorCode, type MatrixEventId } from '@oracle-calls/protocol';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { matrixUserIdSchema } from '../auth/matrix-ids.ts';
import type { Tables } from './tables.ts';

/** A call event that was not accepted: its sender is told why when asking for the call. */
export interface RefusedEvent {
  readonly sender: MatrixUserId;
  readonly code: ErrorCode;
}

/** How long what came in is remembered; none of these outlives its use by as much. */
export interface Retention {
  /** Sessions that expired before. */
  readonly sessionsBefore: number;
  /** OpenID tokens spent before. */
  readonly openIdTokensBefore: number;
  /** Webhooks received and events refused before. */
  readonly noticesBefore: number;
}

const refusedEventSchema = v.object({ sender_user_id: matrixUserIdSchema, code: v.picklist(ERROR_CODES) });

/** Webhooks seen and events refused. */
export class NoticeStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Remembers a webhook; `false` when it was seen before. */
  async addWebhook(webhookId: string, now: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('webhooks')
      .values({ webhook_id: webhookId, received_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Forgets a webhook that could not be worked off, so that its repetition is. */
  async removeWebhook(webhookId: string): Promise<void> {
    await this.#db.deleteFrom('webhooks').where('webhook_id', '=', webhookId).execute();
  }

  async refuseEvent(eventId: MatrixEventId, { sender, code }: RefusedEvent, now: number): Promise<void> {
    await this.#db
      .insertInto('refused_events')
      .values({ event_id: eventId, sender_user_id: sender, code, refused_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async findRefusedEvent(eventId: MatrixEventId): Promise<RefusedEvent | undefined> {
    const row = await this.#db
      .selectFrom('refused_events')
      .select(['sender_user_id', 'code'])
      .where('event_id', '=', eventId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const parsed = parseWith(refusedEventSchema, row, 'ERR_INTERNAL');
    return { sender: parsed.sender_user_id, code: parsed.code };
  }

  /** Deletes what nobody needs any more. */
  async prune({ sessionsBefore, openIdTokensBefore, noticesBefore }: Retention): Promise<void> {
    await this.#db.deleteFrom('sessions').where('expires_at', '<', sessionsBefore).execute();
    await this.#db.deleteFrom('openid_tokens').where('used_at', '<', openIdTokensBefore).execute();
    await this.#db.deleteFrom('webhooks').where('received_at', '<', noticesBefore).execute();
    await this.#db.deleteFrom('refused_events').where('refused_at', '<', noticesBefore).execute();
  }
}

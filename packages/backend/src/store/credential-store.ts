import type { Kysely } from 'kysely';
import * as v from 'valibot';
import { parseWith, type CallId } from '@oracle-calls/protocol';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { matrixUserIdSchema } from '../auth/matrix-ids.ts';
import { instantColumn } from './call-rows.ts';
import type { Tables } from './tables.ts';

export interface Session {
  readonly userId: MatrixUserId;
  readonly expiresAt: number;
}

const sessionSchema = v.object({ user_id: matrixUserIdSchema, expires_at: instantColumn });

/** Sessions, spent OpenID tokens and refused agents; of every secret only its hash. */
export class CredentialStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async addSession(tokenSha256: string, { userId, expiresAt }: Session): Promise<void> {
    await this.#db
      .insertInto('sessions')
      .values({ token_sha256: tokenSha256, user_id: userId, expires_at: expiresAt })
      .execute();
  }

  async findSession(tokenSha256: string): Promise<Session | undefined> {
    const row = await this.#db
      .selectFrom('sessions')
      .select(['user_id', 'expires_at'])
      .where('token_sha256', '=', tokenSha256)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const parsed = parseWith(sessionSchema, row, 'ERR_INTERNAL');
    return { userId: parsed.user_id, expiresAt: parsed.expires_at };
  }

  async isOpenIdTokenUsed(tokenSha256: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('openid_tokens')
      .select('used_at')
      .where('token_sha256', '=', tokenSha256)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Spends an OpenID token; `false` when it was spent already. */
  async useOpenIdToken(tokenSha256: string, now: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('openid_tokens')
      .values({ token_sha256: tokenSha256, used_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  async refuseAgent(callId: CallId, agentKeyId: string, now: number): Promise<void> {
    await this.#db
      .insertInto('agent_refusals')
      .values({ call_id: callId, agent_key_id: agentKeyId, refused_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async isAgentRefused(callId: CallId, agentKeyId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('agent_refusals')
      .select('refused_at')
      .where('call_id', '=', callId)
      .where('agent_key_id', '=', agentKeyId)
      .executeTakeFirst();
    return row !== undefined;
  }
}

import type { Insertable, Kysely, Selectable } from 'kysely';
import * as v from 'valibot';
import { didSchema, parseWith, type Did } from '@oracle-calls/protocol';
import { instantColumn } from './call-rows.ts';
import type { Database } from './database/database.ts';
import type { ApiKeyRow, Tables } from './tables.ts';

/** An agent's API key as the database knows it: never the key itself. */
export interface ApiKeyRecord {
  readonly id: string;
  /** The one oracle that the key is good for. */
  readonly oracleDid: Did;
  /** SHA-256 of the key, hex. */
  readonly sha256: string;
  readonly createdAt: number;
  /** Set when the key was rotated: it is good until then. */
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
  /** The key that took its place. */
  readonly replacedBy: string | undefined;
}

export type NewApiKey = Pick<ApiKeyRecord, 'id' | 'oracleDid' | 'sha256' | 'createdAt'>;

const apiKeySchema = v.object({
  id: v.string(),
  oracle_did: didSchema,
  sha256: v.string(),
  created_at: instantColumn,
  expires_at: v.nullable(instantColumn),
  revoked_at: v.nullable(instantColumn),
  replaced_by: v.nullable(v.string()),
});

function toApiKey(row: Selectable<ApiKeyRow>): ApiKeyRecord {
  const parsed = parseWith(apiKeySchema, row, 'ERR_INTERNAL');
  return {
    id: parsed.id,
    oracleDid: parsed.oracle_did,
    sha256: parsed.sha256,
    createdAt: parsed.created_at,
    expiresAt: parsed.expires_at ?? undefined,
    revokedAt: parsed.revoked_at ?? undefined,
    replacedBy: parsed.replaced_by ?? undefined,
  };
}

const toRow = ({ id, oracleDid, sha256, createdAt }: NewApiKey): Insertable<ApiKeyRow> => ({
  id,
  oracle_did: oracleDid,
  sha256,
  created_at: createdAt,
  expires_at: null,
  revoked_at: null,
  replaced_by: null,
});

/** API keys of agents, by hash. Other processes may write here too: nothing is remembered between two requests. */
export class ApiKeyStore {
  readonly #database: Database;
  readonly #db: Kysely<Tables>;

  constructor(database: Database) {
    this.#database = database;
    this.#db = database.db;
  }

  async add(key: NewApiKey): Promise<void> {
    await this.#db.insertInto('api_keys').values(toRow(key)).execute();
  }

  /** Every key, oldest first; of one oracle or of all. */
  async list(oracleDid?: Did): Promise<readonly ApiKeyRecord[]> {
    let query = this.#db.selectFrom('api_keys').selectAll();
    if (oracleDid !== undefined) query = query.where('oracle_did', '=', oracleDid);
    return (await query.orderBy('seq').execute()).map(toApiKey);
  }

  /** Every key that is good now. */
  async listGood(now: number): Promise<readonly ApiKeyRecord[]> {
    const rows = await this.#db
      .selectFrom('api_keys')
      .selectAll()
      .where('revoked_at', 'is', null)
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
      .execute();
    return rows.map(toApiKey);
  }

  /**
   * Adds a key that takes the place of another, which stays good until `oldExpiresAt`. Returns the old key's oracle, or `undefined`,
   * with nothing changed, when the old key is unknown, revoked or rotated already.
   */
  replace(oldId: string, fresh: Omit<NewApiKey, 'oracleDid'>, oldExpiresAt: number): Promise<Did | undefined> {
    return this.#database.atomically(async (tx) => {
      const old = await tx
        .updateTable('api_keys')
        .set({ expires_at: oldExpiresAt, replaced_by: fresh.id })
        .where('id', '=', oldId)
        .where('revoked_at', 'is', null)
        .where('replaced_by', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (old === undefined) return undefined;
      const { oracleDid } = toApiKey(old);
      await tx
        .insertInto('api_keys')
        .values(toRow({ ...fresh, oracleDid }))
        .execute();
      return oracleDid;
    });
  }

  /** Makes a key worthless at once. Returns its oracle, or `undefined` when it is unknown or revoked already. */
  async revoke(id: string, now: number): Promise<Did | undefined> {
    const row = await this.#db
      .updateTable('api_keys')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? undefined : toApiKey(row).oracleDid;
  }
}

import type { Kysely, Transaction } from 'kysely';
import { OracleCallError, systemClock, type Clock } from '@oracle-calls/protocol';
import type { Tables } from '../tables.ts';
import type { SqlDialect } from './sql-dialect.ts';

/** How often a transaction is tried: enough for a crowd at one row. A unique key that is taken for good fails as often, and is a bug. */
const ATTEMPTS_MAX = 20;

/** The longest first pause before another attempt, in milliseconds; it doubles, and each is drawn at random below it. */
const PAUSE_FIRST_MS = 4;
const PAUSE_MAX_MS = 150;

/** Tables and how to change several at once. */
export class Database {
  readonly db: Kysely<Tables>;
  readonly dialect: SqlDialect;
  readonly #clock: Clock;

  constructor(db: Kysely<Tables>, dialect: SqlDialect, clock: Clock = systemClock) {
    this.db = db;
    this.dialect = dialect;
    this.#clock = clock;
  }

  /**
   * Runs a transaction as if no other ran meanwhile, also from other processes. `work` may run several times and must do nothing
   * outside the database.
   *
   * @throws {OracleCallError} `ERR_UPSTREAM_DATABASE` when others were in its way each time; what `work` throws
   */
  async atomically<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    const { isolation } = this.dialect;
    for (let attempt = 1; ; attempt += 1) {
      const transaction = this.db.transaction();
      try {
        return await (isolation === undefined ? transaction : transaction.setIsolationLevel(isolation)).execute(work);
      } catch (error) {
        if (!this.dialect.isConflict(error)) throw error;
        if (attempt === ATTEMPTS_MAX) throw new OracleCallError('ERR_UPSTREAM_DATABASE', undefined, { cause: error });
      }
      await this.#clock.sleep(Math.random() * Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** attempt));
    }
  }
}

import { OracleCallError } from '@oracle-calls/protocol';
import type { CallId } from '@oracle-calls/protocol';
import { MAX_ATTEMPT } from '@oracle-calls/protocol/handshake';
import type { TrustDatabase } from './trust-database.ts';

/** Numbers of handshake attempts. They rise for each call over restarts of the agent: the user answers no number twice. */
export class AttemptNumbers {
  readonly #database: TrustDatabase;

  constructor(database: TrustDatabase) {
    this.#database = database;
  }

  /**
   * The next number for this call, kept before it is given out.
   *
   * @param step how far above the last one: more than 1 when the user may have answered higher ones than are known here
   * @param until when the call is over at the latest and its numbers are forgotten, ms since the epoch
   * @param now ms since the epoch
   * @throws {OracleCallError} `ERR_HANDSHAKE_CLOSED` when the call has had all its attempts
   */
  next(callId: CallId, until: number, now: number, step = 1): number {
    return this.#database.transact((database) => {
      database.prepare('DELETE FROM attempts WHERE until < ?').run(now);
      const last = database.prepare('SELECT attempt FROM attempts WHERE call_id = ?').get(callId);
      const attempt = Number(last?.['attempt'] ?? 0) + step;
      if (attempt > MAX_ATTEMPT)
        throw new OracleCallError('ERR_HANDSHAKE_CLOSED', 'The call has had all its attempts.');
      database
        .prepare('INSERT OR REPLACE INTO attempts (call_id, attempt, until) VALUES (?, ?, ?)')
        .run(callId, attempt, until);
      return attempt;
    });
  }
}

import { OracleCallError } from '@oracle-calls/protocol';
import type { CallId } from '@oracle-calls/protocol';
import { ENVELOPE_CLOCK_SKEW_MS } from '@oracle-calls/protocol/signed-envelope';
import type { EnvelopeContext, SignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { TrustDatabase } from './trust-database.ts';

/** Contexts remembered at most: a bound on the file, far above the calls that one oracle answers in a day. */
const USED_CONTEXTS_MAX = 100_000;

/** What of an envelope is remembered, and how long. */
export interface UsedEnvelope extends Pick<SignedEnvelope, 'contextHash'> {
  readonly context: Pick<EnvelopeContext, 'notAfter'>;
}

/**
 * Remembers which call each context was used for, over all jobs and restarts, until it has expired. It is the context that is remembered, never the
 * signature: one context can have many valid signatures.
 */
export class UsedContexts {
  readonly #database: TrustDatabase;
  readonly #maxEntries: number;

  constructor(database: TrustDatabase, maxEntries = USED_CONTEXTS_MAX) {
    this.#database = database;
    this.#maxEntries = maxEntries;
  }

  /**
   * Uses a verified envelope for a call. The same call may use it again: a restarted agent makes a new attempt.
   *
   * @param now milliseconds since the epoch
   * @throws {OracleCallError} `ERR_ENVELOPE_REPLAYED` when its context was used for another call, `ERR_UPSTREAM_BUSY` when full
   */
  use({ contextHash, context }: UsedEnvelope, callId: CallId, now: number): void {
    const hash = Buffer.from(contextHash).toString('hex');
    this.#database.transact((database) => {
      const known = database.prepare('SELECT call_id FROM used_contexts WHERE context_hash = ?').get(hash);
      if (known !== undefined && known['call_id'] !== callId) throw new OracleCallError('ERR_ENVELOPE_REPLAYED');
      if (known !== undefined) return;
      database.prepare('DELETE FROM used_contexts WHERE until < ?').run(now);
      const count = Number(database.prepare('SELECT count(*) AS count FROM used_contexts').get()?.['count']);
      // Forgetting a context that is still valid would open the door that this closes.
      if (count >= this.#maxEntries) throw new OracleCallError('ERR_UPSTREAM_BUSY');
      database
        .prepare('INSERT INTO used_contexts (context_hash, call_id, until) VALUES (?, ?, ?)')
        .run(hash, callId, context.notAfter + ENVELOPE_CLOCK_SKEW_MS);
    });
  }
}

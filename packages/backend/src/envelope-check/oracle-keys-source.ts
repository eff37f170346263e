import { isOracleCallError, type Clock, type Did, type Logger } from '@oracle-calls/protocol';
import { readOracleKeys, resolveDocument, type OracleKeys, type Resolvable } from '@oracle-calls/protocol/did';
import { errorFields } from '../background/error-fields.ts';

/** The oracle's document is read again after this long, in milliseconds: a rotation is noticed without a restart. */
export const ORACLE_KEYS_MAX_AGE_MS = 10 * 60_000;

/** The least time between two readings, in milliseconds, so that bad envelopes cannot make us ask the resolver all day. */
export const ORACLE_KEYS_MIN_AGE_MS = 10_000;

export interface OracleKeysSourceDeps {
  readonly oracleDid: Did;
  readonly resolver: Resolvable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly closing: AbortSignal;
}

/** The oracle's keys as its own DID document offers them, kept for a while. */
export class OracleKeysSource {
  readonly #deps: OracleKeysSourceDeps;
  #keys: OracleKeys | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(deps: OracleKeysSourceDeps) {
    this.#deps = deps;
  }

  /** The keys, as fresh as they must be; `undefined` while the document cannot be had. */
  async get(): Promise<OracleKeys | undefined> {
    const maxAgeMs = this.#keys === undefined ? ORACLE_KEYS_MIN_AGE_MS : ORACLE_KEYS_MAX_AGE_MS;
    await this.#askWhenOlder(maxAgeMs);
    return this.#keys;
  }

  /** The keys, read again because the ones from {@link get} did not fit; not more often than is decent. */
  async refreshed(): Promise<OracleKeys | undefined> {
    await this.#askWhenOlder(ORACLE_KEYS_MIN_AGE_MS);
    return this.#keys;
  }

  async #askWhenOlder(maxAgeMs: number): Promise<void> {
    const isFresh = this.#deps.clock.now() - this.#askedAt < maxAgeMs;
    if (this.#asking === undefined && isFresh) return;
    await (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  async #ask(): Promise<void> {
    const { oracleDid, resolver, clock, logger, closing } = this.#deps;
    this.#askedAt = clock.now();
    try {
      const { document } = await resolveDocument(oracleDid, resolver, { clock, signal: closing });
      this.#keys = readOracleKeys(document);
      logger.debug('oracle keys read', { envelopeKeyId: this.#keys.envelopeKey.methodId });
    } catch (error) {
      if (closing.aborted || !isOracleCallError(error)) throw error;
      // What was read before stays: a resolver that is away changes nobody's keys.
      logger.warn('oracle keys not read', errorFields(error));
    }
  }
}

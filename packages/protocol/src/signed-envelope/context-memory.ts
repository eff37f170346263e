import { bytesToHex } from '@noble/hashes/utils.js';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import type { SignedEnvelope } from './envelope-format.ts';
import { ENVELOPE_CLOCK_SKEW_MS } from './verify.ts';

/** Contexts remembered at most: a bound on memory, far above the calls that one process answers in a day. */
export const CONTEXT_MEMORY_MAX = 100_000;

export interface ContextMemoryOptions {
  /** Milliseconds that clocks may differ: a context is remembered that long after its end. */
  readonly skewMs?: number | undefined;
  readonly maxEntries?: number | undefined;
}

/**
 * Remembers which call a context was used for, until it has expired, and refuses it for another. It is the context that is
 * remembered, never the signature: one context can have many valid signatures.
 */
export class ContextMemory {
  readonly #skewMs: number;
  readonly #maxEntries: number;
  readonly #used = new Map<string, { readonly callId: string; readonly until: number }>();

  constructor({ skewMs = ENVELOPE_CLOCK_SKEW_MS, maxEntries = CONTEXT_MEMORY_MAX }: ContextMemoryOptions = {}) {
    this.#skewMs = skewMs;
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#used.size;
  }

  /**
   * Uses a verified envelope for a call. The same call may use it again: a restarted agent makes a new attempt.
   *
   * @param now milliseconds since the epoch
   * @throws {OracleCallError} `ERR_ENVELOPE_REPLAYED` when its context was used for another call, `ERR_UPSTREAM_BUSY` when full
   */
  use({ contextHash, context }: SignedEnvelope, callId: string, now: number): void {
    const key = bytesToHex(contextHash);
    const known = this.#used.get(key);
    if (known !== undefined) {
      if (known.callId !== callId) throw new OracleCallError('ERR_ENVELOPE_REPLAYED');
      return;
    }
    if (this.#used.size >= this.#maxEntries) this.#forgetExpired(now);
    // Forgetting a context that is still valid would open the door that this closes.
    if (this.#used.size >= this.#maxEntries) throw new OracleCallError('ERR_UPSTREAM_BUSY');
    this.#used.set(key, { callId, until: context.notAfter + this.#skewMs });
  }

  #forgetExpired(now: number): void {
    for (const [key, { until }] of this.#used) {
      if (until < now) this.#used.delete(key);
    }
  }
}

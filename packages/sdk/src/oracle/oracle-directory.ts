import type { MatrixUserId } from '@oracle-calls/matrix';
import type { Clock, Did } from '@oracle-calls/protocol';
import type { StrictOracle } from '@oracle-calls/protocol/did';
import type { AcceptedKeys, KeyFingerprints, KeyVerdict } from '../key-pins/key-rules.ts';
import type { KnownKeys } from '../key-pins/known-keys.ts';

/** What an oracle's DID document says that a call needs. */
export interface ResolvedOracle extends StrictOracle {
  readonly matrixUserId: MatrixUserId;
}

/** An oracle whose keys were judged. */
export interface Oracle extends ResolvedOracle {
  readonly verdict: KeyVerdict;
}

export type ResolveOracle = (did: Did, options: { readonly signal: AbortSignal }) => Promise<ResolvedOracle>;

/** A document is used again this long: from `prepare` to the click and for a second call, not for a rotated key tomorrow. */
export const ORACLE_CACHE_MS = 5 * 60_000;

/** Resolves oracles, judges their keys each time, and remembers documents for a short while. Failures are not remembered. */
export class OracleDirectory {
  readonly #resolve: ResolveOracle;
  readonly #keys: KnownKeys;
  readonly #clock: Clock;
  readonly #resolved = new Map<Did, { readonly oracle: ResolvedOracle; readonly at: number }>();

  constructor(resolve: ResolveOracle, keys: KnownKeys, clock: Clock) {
    this.#resolve = resolve;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** An oracle to be called: what its keys are judged to be is kept. @throws {OracleCallError} `ERR_DID_*`, `ERR_KEY_*` */
  find(did: Did, signal: AbortSignal): Promise<Oracle> {
    return this.#judged(did, signal, (oracle) => this.#keys.judge(oracle));
  }

  /** An oracle that may be called later: nothing is kept, so that the call shows what is new. @throws as `find` */
  look(did: Did, signal: AbortSignal): Promise<Oracle> {
    return this.#judged(did, signal, (oracle) => this.#keys.look(oracle));
  }

  /** Keeps the keys that the document shows right now, because a person said so. */
  async accept(did: Did, signal: AbortSignal, expected?: KeyFingerprints): Promise<AcceptedKeys> {
    return this.#keys.accept(await this.#resolveAnew(did, signal), expected);
  }

  async #judged(
    did: Did,
    signal: AbortSignal,
    judge: (oracle: ResolvedOracle) => Promise<KeyVerdict>,
  ): Promise<Oracle> {
    signal.throwIfAborted();
    const known = this.#resolved.get(did);
    if (known !== undefined && this.#clock.now() - known.at < ORACLE_CACHE_MS) {
      try {
        return { ...known.oracle, verdict: await judge(known.oracle) };
      } catch {
        // Another tab may have followed the document further than this copy of it.
        this.#resolved.delete(did);
      }
    }
    const oracle = await this.#resolveAnew(did, signal);
    const verdict = await judge(oracle);
    signal.throwIfAborted();
    return { ...oracle, verdict };
  }

  async #resolveAnew(did: Did, signal: AbortSignal): Promise<ResolvedOracle> {
    const oracle = await this.#resolve(did, { signal });
    signal.throwIfAborted();
    this.#resolved.set(did, { oracle, at: this.#clock.now() });
    return oracle;
  }
}

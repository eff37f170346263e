import type { MatrixUserId } from '@oracle-calls/matrix';
import type { Clock, Did } from '@oracle-calls/protocol';

/** What an oracle's DID document says that a call needs. */
export interface Oracle {
  readonly did: Did;
  readonly matrixUserId: MatrixUserId;
  readonly backendUrl: string;
  /** secp256k1 public key to which the call key is sealed. */
  readonly envelopePublicKey: Uint8Array;
}

export type ResolveOracle = (did: Did, options: { readonly signal: AbortSignal }) => Promise<Oracle>;

/** A document is used again this long: from `prepare` to the click and for a second call, not for a rotated key tomorrow. */
export const ORACLE_CACHE_MS = 5 * 60_000;

/** Resolves oracles and remembers them for a short while. Failures are not remembered. */
export class OracleDirectory {
  readonly #resolve: ResolveOracle;
  readonly #clock: Clock;
  readonly #known = new Map<Did, { readonly oracle: Oracle; readonly at: number }>();

  constructor(resolve: ResolveOracle, clock: Clock) {
    this.#resolve = resolve;
    this.#clock = clock;
  }

  async find(did: Did, signal: AbortSignal): Promise<Oracle> {
    signal.throwIfAborted();
    const known = this.#known.get(did);
    if (known !== undefined && this.#clock.now() - known.at < ORACLE_CACHE_MS) return known.oracle;
    const oracle = await this.#resolve(did, { signal });
    signal.throwIfAborted();
    this.#known.set(did, { oracle, at: this.#clock.now() });
    return oracle;
  }
}

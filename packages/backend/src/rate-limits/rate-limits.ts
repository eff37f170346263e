import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { OracleCallError } from '@oracle-calls/protocol';

/** So many in each window of so many seconds; a window begins with the first. */
export interface RateLimit {
  readonly count: number;
  readonly seconds: number;
}

/**
 * What is limited, and by what it is counted. A call costs its user about four requests and its agent three; the numbers leave room
 * for an office behind one address and for a busy agent.
 */
export const RATE_LIMIT_DEFAULTS = {
  /** Requests of one client address. */
  address: { count: 600, seconds: 60 },
  /** Requests of one user, from wherever. */
  user: { count: 120, seconds: 60 },
  /** Requests under one agent key. */
  agentKey: { count: 1_200, seconds: 60 },
  /** Credentials that are not accepted, of one client address: after these even good ones are refused for a while. */
  failedAuthentication: { count: 20, seconds: 60 },
  /** OpenID tokens brought by one client address: each costs a question to a homeserver. */
  sessionExchange: { count: 30, seconds: 60 },
  /** Join tokens that one user asks for: a new room calls an agent at once, which waits a quarter of a minute for its call. */
  joinToken: { count: 12, seconds: 60 },
  /** Rings of one oracle to one person: one who does not answer is left alone for a while. */
  ring: { count: 6, seconds: 60 * 60 },
} as const satisfies Readonly<Record<string, RateLimit>>;

export type RateLimitKind = keyof typeof RATE_LIMIT_DEFAULTS;
export type RateLimitOptions = Readonly<Record<RateLimitKind, RateLimit>>;

/** Counts in memory: a restart begins anew, and several backends count each for itself. */
export class RateLimits {
  readonly #limiters: ReadonlyMap<RateLimitKind, RateLimiterMemory>;

  readonly #onLimited: (kind: RateLimitKind) => void;

  /** `onLimited` is told of each refusal. */
  constructor(options: Partial<RateLimitOptions> = {}, onLimited: (kind: RateLimitKind) => void = () => undefined) {
    this.#onLimited = onLimited;
    const limits: RateLimitOptions = { ...RATE_LIMIT_DEFAULTS, ...options };
    this.#limiters = new Map(
      KINDS.map((kind) => {
        const { count, seconds } = limits[kind];
        return [kind, new RateLimiterMemory({ points: count, duration: seconds, keyPrefix: kind })];
      }),
    );
  }

  /** Counts one and refuses what is above the limit. @throws {OracleCallError} `ERR_RATE_LIMITED` with `details.retryAfterMs` */
  async take(kind: RateLimitKind, who: string): Promise<void> {
    try {
      await this.#limiterOf(kind).consume(who);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      this.#onLimited(kind);
      throw tooMany(refusal);
    }
  }

  /** Counts nothing, and refuses whoever has used up all. @throws {OracleCallError} as {@link take} */
  async refuseExhausted(kind: RateLimitKind, who: string): Promise<void> {
    const limiter = this.#limiterOf(kind);
    const state = await limiter.get(who);
    if (state === null || state.consumedPoints < limiter.points) return;
    this.#onLimited(kind);
    throw tooMany(state);
  }

  /** Counts one and refuses nothing. */
  async note(kind: RateLimitKind, who: string): Promise<void> {
    await this.#limiterOf(kind).penalty(who);
  }

  #limiterOf(kind: RateLimitKind): RateLimiterMemory {
    const limiter = this.#limiters.get(kind);
    if (limiter === undefined) throw new TypeError(`There is no limit of the kind ${kind}.`);
    return limiter;
  }
}

const KINDS = Object.keys(RATE_LIMIT_DEFAULTS) as readonly RateLimitKind[];

function tooMany({ msBeforeNext }: RateLimiterRes): OracleCallError {
  return new OracleCallError('ERR_RATE_LIMITED', undefined, { details: { retryAfterMs: Math.max(0, msBeforeNext) } });
}

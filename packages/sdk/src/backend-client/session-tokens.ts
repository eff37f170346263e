import type { MatrixOpenIdToken } from '@oracle-calls/matrix';
import { BearerSecret, parseWith, type Clock } from '@oracle-calls/protocol';
import { sessionResponseSchema } from '@oracle-calls/protocol/http';
import { abortable } from '../waiting/abortable.ts';

/** A token is not used in its last half minute: it must outlive the request that carries it, and clocks differ. */
export const TOKEN_MARGIN_MS = 30_000;

export interface SessionTokensOptions {
  readonly clock: Clock;
  readonly requestOpenIdToken: (signal: AbortSignal) => Promise<MatrixOpenIdToken>;
  /** `POST /auth/session` of one backend. */
  readonly exchange: (openIdToken: MatrixOpenIdToken, signal: AbortSignal) => Promise<unknown>;
}

interface Held {
  readonly token: BearerSecret;
  readonly expiresAt: number;
}

/**
 * The session token of one backend: got when first needed, shared by all who ask meanwhile, kept in memory until shortly
 * before it expires. The exchange stops when the last asker has gone.
 */
export class SessionTokens {
  readonly #options: SessionTokensOptions;
  #held: Held | undefined;
  #pending: { readonly held: Promise<Held>; readonly stop: AbortController; askers: number } | undefined;

  constructor(options: SessionTokensOptions) {
    this.#options = options;
  }

  async get(signal: AbortSignal): Promise<BearerSecret> {
    signal.throwIfAborted();
    const held = this.#held;
    if (held !== undefined && held.expiresAt - TOKEN_MARGIN_MS > this.#options.clock.now()) return held.token;
    const pending = (this.#pending ??= this.#start());
    pending.askers += 1;
    try {
      const fresh = await abortable(pending.held, signal);
      return fresh.token;
    } finally {
      pending.askers -= 1;
      if (pending.askers === 0) {
        pending.stop.abort();
        if (this.#pending === pending) this.#pending = undefined;
      }
    }
  }

  /** Forgets a token that the backend refused. A newer one stays. */
  drop(refused: BearerSecret): void {
    if (this.#held?.token === refused) this.#held = undefined;
  }

  #start(): { readonly held: Promise<Held>; readonly stop: AbortController; askers: number } {
    const stop = new AbortController();
    return { held: this.#exchange(stop.signal), stop, askers: 0 };
  }

  async #exchange(signal: AbortSignal): Promise<Held> {
    const openIdToken = await this.#options.requestOpenIdToken(signal);
    const answer = await this.#options.exchange(openIdToken, signal);
    const { sessionToken, expiresAt } = parseWith(sessionResponseSchema, answer);
    this.#held = { token: new BearerSecret(sessionToken, 'session token'), expiresAt: Date.parse(expiresAt) };
    return this.#held;
  }
}

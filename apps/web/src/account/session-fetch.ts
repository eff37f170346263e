import { BearerSecret, type Clock } from '@oracle-calls/protocol';
import * as v from 'valibot';
import type { SessionTokens } from './kept-session.ts';

/** A token is renewed this long before it expires, so that a request under way does not meet the end. In ms. */
const RENEW_AHEAD_MS = 30_000;
/** A homeserver that renews no token in this time is taken for away. In ms. */
const RENEW_LIMIT_MS = 20_000;

const renewedSchema = v.object({
  access_token: v.pipe(v.string(), v.minLength(1)),
  refresh_token: v.optional(v.pipe(v.string(), v.minLength(1))),
  expires_in_ms: v.optional(v.pipe(v.number(), v.minValue(0))),
});
const errorSchema = v.object({ errcode: v.string() });

export interface SessionFetchOptions {
  readonly homeserverUrl: string;
  readonly tokens: SessionTokens;
  readonly clock: Clock;
  /** Told of new tokens before they are used: the homeserver forgets the old ones at their first use. */
  readonly keep: (tokens: SessionTokens) => Promise<void>;
  readonly fetch?: typeof fetch | undefined;
}

/**
 * `fetch` for the Matrix client that keeps the access token fresh by `POST /refresh` (Matrix spec, "Refreshing access tokens"); `matrix-js-sdk` 43 renews
 * tokens of OAuth alone. A 401 that it lets through means that the session is over.
 */
export class SessionFetch {
  readonly #options: SessionFetchOptions;
  readonly #fetch: typeof fetch;
  #tokens: SessionTokens;
  #renewing: Promise<boolean> | undefined;
  #keeping: Promise<void> = Promise.resolve();
  #isForgotten = false;

  constructor(options: SessionFetchOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#tokens = options.tokens;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    // Everything that asks without a token, and every other server, is none of ours.
    if (!headers.has('authorization') || !this.#isHomeserver(input)) return this.#fetch(input, init);
    // What fails here fails again, and tellingly, with the request itself.
    if (this.#isExpiring()) await this.#renew().catch(() => false);
    const { accessToken } = this.#tokens;
    const response = await this.#send(input, init, headers, accessToken);
    if (response.status !== 401 || !(await isUnknownToken(response))) return response;
    const isRenewed = accessToken !== this.#tokens.accessToken || (await this.#renew());
    return isRenewed ? this.#send(input, init, headers, this.#tokens.accessToken) : response;
  };

  /** The account leaves this browser: tokens that still come are kept nowhere. Resolves when none is being written. */
  async forget(): Promise<void> {
    this.#isForgotten = true;
    await this.#keeping;
  }

  #isHomeserver(input: RequestInfo | URL): boolean {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.origin === new URL(this.#options.homeserverUrl).origin;
  }

  #isExpiring(): boolean {
    const { expiresAt, refreshToken } = this.#tokens;
    if (expiresAt === undefined || refreshToken === undefined) return false;
    return expiresAt - this.#options.clock.now() < RENEW_AHEAD_MS;
  }

  #send(
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    headers: Headers,
    token: BearerSecret,
  ): Promise<Response> {
    headers.set('authorization', `Bearer ${token.expose()}`);
    return this.#fetch(input, { ...init, headers });
  }

  /** False when the homeserver refuses; one renewal at a time. @throws when the homeserver is away */
  #renew(): Promise<boolean> {
    this.#renewing ??= this.#renewOnce().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #renewOnce(): Promise<boolean> {
    const { homeserverUrl, clock, keep } = this.#options;
    const { refreshToken } = this.#tokens;
    if (refreshToken === undefined) return false;
    const limit = new AbortController();
    using _timer = clock.after(RENEW_LIMIT_MS, () => limit.abort());
    const response = await this.#fetch(new URL('/_matrix/client/v3/refresh', homeserverUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: refreshToken.expose() }),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: limit.signal,
    });
    if (response.status === 401 || response.status === 403) return false;
    const renewed = v.safeParse(renewedSchema, response.ok ? await response.json() : undefined);
    // As when the network fails: the client asks again later, and the person stays signed in.
    if (!renewed.success) throw new TypeError('The homeserver did not renew the session.');
    const { access_token, refresh_token, expires_in_ms } = renewed.output;
    const tokens: SessionTokens = {
      accessToken: new BearerSecret(access_token, 'access token'),
      refreshToken: refresh_token === undefined ? refreshToken : new BearerSecret(refresh_token, 'refresh token'),
      expiresAt: expires_in_ms === undefined ? undefined : clock.now() + expires_in_ms,
    };
    // A browser whose storage is full goes on without; the next reload asks to sign in.
    if (!this.#isForgotten) this.#keeping = keep(tokens).catch(() => undefined);
    await this.#keeping;
    this.#tokens = tokens;
    return true;
  }
}

async function isUnknownToken(response: Response): Promise<boolean> {
  try {
    return v.parse(errorSchema, await response.clone().json()).errcode === 'M_UNKNOWN_TOKEN';
  } catch {
    return false;
  }
}

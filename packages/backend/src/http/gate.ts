import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { isOracleCallError, type Did } from '@oracle-calls/protocol';
import { API_PREFIX, ROUTES } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import type { Principal } from '../auth/principal.ts';
import type { Backend } from '../backend.ts';
import { clientAddressOf, type ClientAddress } from '../client-address/client-address.ts';
import type { TrustedProxies } from '../client-address/trusted-proxies.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';

export interface GateDeps {
  readonly limits: RateLimits;
  readonly proxies: TrustedProxies;
}

/** The life sign must work under load; the SFU's webhooks are signed, come from one address, and calls depend on them. */
const UNCOUNTED = new Set([ROUTES.healthz, ROUTES.sfuWebhook].flatMap((path) => [path, `${API_PREFIX}${path}`]));

/** What `@hono/node-server` gives along with a request; tests without a socket give nothing. */
const bindingsSchema = v.object({
  incoming: v.custom<IncomingMessage>((value) => typeof value === 'object' && value !== null && 'socket' in value),
});

/** Counts requests by where they come from and who makes them, before anything is done for them. */
export class Gate {
  readonly #deps: GateDeps;

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  addressOf(c: Context): ClientAddress {
    const bindings = v.safeParse(bindingsSchema, c.env);
    const peer = bindings.success ? bindings.output.incoming.socket.remoteAddress : undefined;
    return clientAddressOf(peer, c.req.header('x-forwarded-for'), this.#deps.proxies);
  }

  /** Counts every request of an address. */
  readonly countAddress: MiddlewareHandler = async (c, next) => {
    if (!UNCOUNTED.has(c.req.path)) await this.countRequest(c);
    await next();
  };

  /** Counts one request of an address. @throws {OracleCallError} `ERR_RATE_LIMITED` */
  async countRequest(c: Context): Promise<void> {
    await this.#deps.limits.take('address', this.addressOf(c).bucket);
  }

  /**
   * Who asks, counted.
   *
   * @throws {OracleCallError} `ERR_AUTH_MISSING`, `ERR_AUTH_INVALID`, `ERR_AUTH_EXPIRED`, `ERR_RATE_LIMITED`
   */
  async authenticate(c: Context, backend: Backend): Promise<Principal> {
    const principal = await this.guardGuessing(c, () =>
      backend.authenticator.authenticate(c.req.header('authorization'), c.req.header('x-api-key')),
    );
    if (principal.kind === 'user') await this.countUser(principal.userId);
    else await this.#deps.limits.take('agentKey', principal.keyId);
    return principal;
  }

  /** Counts a request of a user. @throws {OracleCallError} `ERR_RATE_LIMITED` */
  async countUser(userId: MatrixUserId): Promise<void> {
    await this.#deps.limits.take('user', userId);
  }

  /** Counts an OpenID token that is brought for exchange. @throws {OracleCallError} `ERR_RATE_LIMITED` */
  async countExchange(c: Context): Promise<void> {
    await this.#deps.limits.take('sessionExchange', this.addressOf(c).bucket);
  }

  /** Counts a user's request for a join token. @throws {OracleCallError} `ERR_RATE_LIMITED` */
  async countJoin(userId: MatrixUserId): Promise<void> {
    await this.#deps.limits.take('joinToken', userId);
  }

  /** Counts a ring of an oracle to a person. @throws {OracleCallError} `ERR_RATE_LIMITED` */
  async countRing(oracleDid: Did, userId: string): Promise<void> {
    // Neither has a space.
    await this.#deps.limits.take('ring', `${oracleDid} ${userId}`);
  }

  /**
   * Checks a credential unless this address has brought too many wrong ones, and counts it when it is wrong.
   *
   * @throws {OracleCallError} `ERR_RATE_LIMITED`, and what `check` throws
   */
  async guardGuessing<T>(c: Context, check: () => Promise<T>): Promise<T> {
    const { limits } = this.#deps;
    const { bucket } = this.addressOf(c);
    await limits.refuseExhausted('failedAuthentication', bucket);
    try {
      return await check();
    } catch (error) {
      // An expired credential was a good one once, and a missing one is no guess.
      if (isOracleCallError(error) && error.code === 'ERR_AUTH_INVALID') {
        await limits.note('failedAuthentication', bucket);
      }
      throw error;
    }
  }
}

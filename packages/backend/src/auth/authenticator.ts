import { createHash, timingSafeEqual } from 'node:crypto';
import { BearerSecret, OracleCallError, type Clock, type Did } from '@oracle-calls/protocol';
import type { Store } from '../store/store.ts';
import { hashToken } from './opaque-token.ts';
import type { AgentPrincipal, Principal } from './principal.ts';

/** An agent API key as configuration or the database has it: its hash, and the oracle it is good for. */
export interface AgentKey {
  readonly id: string;
  readonly oracleDid: Did;
  /** SHA-256 of the key, hex. */
  readonly sha256: string;
}

export interface AuthenticatorDeps {
  /** Keys of the configuration; those of the database come on top. */
  readonly agentKeys: readonly AgentKey[];
  readonly store: Pick<Store, 'credentials' | 'apiKeys'>;
  readonly clock: Clock;
}

/** RFC 6750 section 2.1, with an upper bound. */
const CREDENTIAL = '[A-Za-z0-9._~+/=-]{16,512}';
const BEARER = new RegExp(`^Bearer (${CREDENTIAL})$`, 'i');
/** The same in `X-Api-Key`, which has no scheme before it. */
const API_KEY = new RegExp(`^${CREDENTIAL}$`);

/** Tells who a bearer is: a user with a session token or an agent with an API key. */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
  }

  /**
   * The architecture says "API key authentication" and not in which header: an agent may use either, and both only with one key.
   *
   * @throws {OracleCallError} `ERR_AUTH_MISSING`, `ERR_AUTH_INVALID`, `ERR_AUTH_EXPIRED`
   */
  async authenticate(authorization: string | undefined, apiKey?: string): Promise<Principal> {
    if (apiKey === undefined || apiKey === '') return await this.#authenticateBearer(authorization);
    const agent = API_KEY.test(apiKey) ? await this.#findAgent(new BearerSecret(apiKey, 'API key')) : undefined;
    if (agent === undefined) throw new OracleCallError('ERR_AUTH_INVALID');
    if (authorization === undefined || authorization === '') return agent;
    const bearer = await this.#authenticateBearer(authorization);
    if (bearer.kind !== 'agent' || bearer.keyId !== agent.keyId) throw new OracleCallError('ERR_AUTH_INVALID');
    return agent;
  }

  async #authenticateBearer(authorization: string | undefined): Promise<Principal> {
    const { store, clock } = this.#deps;
    if (authorization === undefined || authorization === '') throw new OracleCallError('ERR_AUTH_MISSING');
    const text = BEARER.exec(authorization)?.[1];
    if (text === undefined) throw new OracleCallError('ERR_AUTH_INVALID');
    const bearer = new BearerSecret(text, 'bearer');
    const agent = await this.#findAgent(bearer);
    if (agent !== undefined) return agent;
    const session = await store.credentials.findSession(hashToken(bearer));
    if (session === undefined) throw new OracleCallError('ERR_AUTH_INVALID');
    if (session.expiresAt <= clock.now()) throw new OracleCallError('ERR_AUTH_EXPIRED');
    return { kind: 'user', userId: session.userId };
  }

  /** Compares with every key that is good now, each in constant time, so that the time tells neither a prefix nor a position. */
  async #findAgent(bearer: BearerSecret): Promise<AgentPrincipal | undefined> {
    const { agentKeys, store, clock } = this.#deps;
    const presented = createHash('sha256').update(bearer.expose()).digest();
    let found: AgentPrincipal | undefined;
    for (const key of [...agentKeys, ...(await store.apiKeys.listGood(clock.now()))]) {
      const sha256 = Buffer.from(key.sha256, 'hex');
      if (sha256.length !== presented.length || !timingSafeEqual(sha256, presented)) continue;
      found = { kind: 'agent', keyId: key.id, oracleDid: key.oracleDid };
    }
    return found;
  }
}

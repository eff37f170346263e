import { createHash, timingSafeEqual } from 'node:crypto';
import { BearerSecret, OracleCallError, type Clock, type Did } from '@oracle-calls/protocol';
import type { CredentialStore } from '../store/credential-store.ts';
import { hashToken } from './opaque-token.ts';
import type { AgentPrincipal, Principal } from './principal.ts';

/** An agent API key as configuration has it: its hash, and the oracle it is good for. */
export interface AgentKey {
  readonly id: string;
  readonly oracleDid: Did;
  /** SHA-256 of the key, hex. */
  readonly sha256: string;
}

export interface AuthenticatorDeps {
  readonly agentKeys: readonly AgentKey[];
  readonly credentials: CredentialStore;
  readonly clock: Clock;
}

/** RFC 6750 section 2.1, with an upper bound. */
const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{16,512})$/i;

/** Tells who a bearer is: a user with a session token or an agent with an API key. */
export class Authenticator {
  readonly #agentKeys: readonly { readonly principal: AgentPrincipal; readonly sha256: Buffer }[];
  readonly #credentials: CredentialStore;
  readonly #clock: Clock;

  constructor({ agentKeys, credentials, clock }: AuthenticatorDeps) {
    this.#agentKeys = agentKeys.map(({ id, oracleDid, sha256 }) => ({
      principal: { kind: 'agent', keyId: id, oracleDid },
      sha256: Buffer.from(sha256, 'hex'),
    }));
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /** @throws {OracleCallError} `ERR_AUTH_MISSING`, `ERR_AUTH_INVALID`, `ERR_AUTH_EXPIRED` */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    if (authorization === undefined || authorization === '') throw new OracleCallError('ERR_AUTH_MISSING');
    const text = BEARER.exec(authorization)?.[1];
    if (text === undefined) throw new OracleCallError('ERR_AUTH_INVALID');
    const bearer = new BearerSecret(text, 'bearer');
    const agent = this.#findAgent(bearer);
    if (agent !== undefined) return agent;
    const session = await this.#credentials.findSession(hashToken(bearer));
    if (session === undefined) throw new OracleCallError('ERR_AUTH_INVALID');
    if (session.expiresAt <= this.#clock.now()) throw new OracleCallError('ERR_AUTH_EXPIRED');
    return { kind: 'user', userId: session.userId };
  }

  /** Compares with every key, each in constant time, so that the time tells neither a prefix nor a position. */
  #findAgent(bearer: BearerSecret): AgentPrincipal | undefined {
    const presented = createHash('sha256').update(bearer.expose()).digest();
    let found: AgentPrincipal | undefined;
    for (const { principal, sha256 } of this.#agentKeys) {
      if (sha256.length === presented.length && timingSafeEqual(sha256, presented)) found = principal;
    }
    return found;
  }
}

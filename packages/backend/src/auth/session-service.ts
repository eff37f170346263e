import { BearerSecret, OracleCallError, type Clock, type Logger } from '@oracle-calls/protocol';
import type { SessionRequest, SessionResponse } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import type { CredentialStore } from '../store/credential-store.ts';
import type { OpenIdVerifier } from './open-id-verifier.ts';
import { createOpaqueToken, hashToken } from './opaque-token.ts';

/** Long enough for a sitting, short enough that a stolen token is soon worthless; a new one costs one OpenID token. */
export const SESSION_TTL_MS = 60 * 60_000;

export interface SessionServiceDeps {
  readonly verifier: OpenIdVerifier;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Trades a Matrix OpenID token, once, for a session token of the backend's own. */
export class SessionService {
  readonly #deps: SessionServiceDeps;

  constructor(deps: SessionServiceDeps) {
    this.#deps = deps;
  }

  /** @throws {OracleCallError} as {@link redeem} */
  async open({ openIdToken }: SessionRequest, signal?: AbortSignal): Promise<SessionResponse> {
    const { credentials, clock, logger } = this.#deps;
    const userId = await this.redeem(openIdToken, signal);
    const sessionToken = createOpaqueToken('session token');
    const expiresAt = clock.now() + SESSION_TTL_MS;
    await credentials.addSession(hashToken(sessionToken), { userId, expiresAt });
    logger.info('session opened', { 'pii.userId': userId });
    return { sessionToken: sessionToken.expose(), userId, expiresAt: new Date(expiresAt).toISOString() };
  }

  /**
   * Whose an OpenID token is; it is used up by this.
   *
   * @throws {OracleCallError} as {@link OpenIdVerifier.verify}; `ERR_AUTH_INVALID` for a token that was traded before
   */
  async redeem(openIdToken: SessionRequest['openIdToken'], signal?: AbortSignal): Promise<MatrixUserId> {
    const { verifier, credentials, clock } = this.#deps;
    const token = new BearerSecret(openIdToken.access_token, 'OpenID token');
    const tokenSha256 = hashToken(token);
    if (await credentials.isOpenIdTokenUsed(tokenSha256)) throw usedBefore();
    const userId = await verifier.verify(openIdToken.matrix_server_name, token, signal);
    // Only now, so that nobody can fill the table with rubbish; of two at once only one gets through.
    if (!(await credentials.useOpenIdToken(tokenSha256, clock.now()))) throw usedBefore();
    return userId;
  }
}

const usedBefore = (): OracleCallError =>
  new OracleCallError('ERR_AUTH_INVALID', 'This OpenID token has been exchanged before.');

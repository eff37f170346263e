import { BearerSecret, systemClock } from '@oracle-calls/protocol';
import { createClient, MatrixError, type LoginRequest } from 'matrix-js-sdk';
import { createStoreKey, type KeptSession } from './kept-session.ts';
import { quietLogger } from './quiet-sdk.ts';
import { SignInError } from './sign-in-error.ts';

/** What somebody proves themselves with. */
export type Credentials = { readonly homeserverUrl: string } & (
  | { readonly kind: 'password'; readonly userId: string; readonly password: string }
  | { readonly kind: 'token'; readonly loginToken: BearerSecret }
);

/**
 * Signs in. With `before`, a session whose device the homeserver has kept, it is that device which signs in again, and its keys stay good.
 *
 * @throws {SignInError}
 */
export async function logIn(credentials: Credentials, before?: KeptSession): Promise<KeptSession> {
  const { homeserverUrl } = credentials;
  const client = createClient({ baseUrl: homeserverUrl, logger: quietLogger });
  const request: LoginRequest = {
    ...proofOf(credentials),
    refresh_token: true,
    ...(before === undefined ? { initial_device_display_name: 'Oracle Calls' } : { device_id: before.deviceId }),
  };
  try {
    const login = await client.loginRequest(request);
    const session = {
      homeserverUrl,
      userId: login.user_id,
      deviceId: login.device_id,
      accessToken: new BearerSecret(login.access_token, 'access token'),
      refreshToken:
        login.refresh_token === undefined ? undefined : new BearerSecret(login.refresh_token, 'refresh token'),
      expiresAt: login.expires_in_ms === undefined ? undefined : systemClock.now() + login.expires_in_ms,
    };
    if (before !== undefined && (session.userId !== before.userId || session.deviceId !== before.deviceId)) {
      client.setAccessToken(login.access_token);
      await client.logout().catch(() => undefined);
      throw new SignInError('other-account');
    }
    return { ...session, storeKey: before?.storeKey ?? createStoreKey() };
  } catch (cause) {
    throw toSignInError(cause, credentials.kind);
  }
}

function proofOf(credentials: Credentials): LoginRequest {
  if (credentials.kind === 'token') return { type: 'm.login.token', token: credentials.loginToken.expose() };
  const { userId, password } = credentials;
  return { type: 'm.login.password', identifier: { type: 'm.id.user', user: userId }, password };
}

export function toSignInError(cause: unknown, kind?: Credentials['kind']): SignInError {
  if (cause instanceof SignInError) return cause;
  if (cause instanceof MatrixError) {
    if (cause.httpStatus === 429) return new SignInError('too-often', cause);
    if (cause.httpStatus === 401 || cause.httpStatus === 403) {
      return new SignInError(kind === 'token' ? 'sso-failed' : 'refused', cause);
    }
  }
  return new SignInError('unreachable', cause);
}

import { OracleCallError, type BearerSecret } from '@oracle-calls/protocol';
import { homeserverFailure } from '../homeserver-failure.ts';
import type { AuthorisedRequest } from './cross-signing-client.ts';

/** Gets the upload of new cross-signing keys past the homeserver. */
export type UploadAuthorisation = (makeRequest: AuthorisedRequest) => Promise<void>;

/**
 * For the first keys of an account, which homeservers take without a password (Matrix spec 1.11, "POST
 * /keys/device_signing/upload").
 *
 * @throws {OracleCallError} `ERR_AUTH_INVALID` when the homeserver wants more
 */
export const withoutPassword: UploadAuthorisation = async (makeRequest) => {
  try {
    await makeRequest(null);
  } catch (error) {
    if (stagesOf(error) === undefined) throw error;
    throw new OracleCallError('ERR_AUTH_INVALID', 'The homeserver wants the password for new cross-signing keys.');
  }
};

/**
 * Answers with the account's password when the homeserver asks for it.
 *
 * @throws {OracleCallError} `ERR_AUTH_INVALID` when the password is wrong or another proof is wanted
 */
export function withPassword(userId: string, password: BearerSecret): UploadAuthorisation {
  return async (makeRequest) => {
    let session: string | undefined;
    try {
      return await makeRequest(null);
    } catch (error) {
      const stages = stagesOf(error);
      if (stages === undefined) throw error;
      session = stages.session;
    }
    try {
      await makeRequest({
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: userId },
        password: password.expose(),
        ...(session === undefined ? {} : { session }),
      });
    } catch (error) {
      // Without the cause: an SDK error may quote the request.
      if (![401, 403].includes(homeserverFailure(error).httpStatus ?? 0)) throw error;
      throw new OracleCallError('ERR_AUTH_INVALID', 'The homeserver did not take the password for new keys.');
    }
  };
}

/** What a 401 asks for, when it is an invitation to prove oneself rather than a refusal. */
function stagesOf(error: unknown): { readonly session: string | undefined } | undefined {
  const data: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'data') : undefined;
  if (homeserverFailure(error).httpStatus !== 401 || typeof data !== 'object' || data === null) return undefined;
  if (!Array.isArray(Reflect.get(data, 'flows'))) return undefined;
  const session: unknown = Reflect.get(data, 'session');
  return { session: typeof session === 'string' ? session : undefined };
}

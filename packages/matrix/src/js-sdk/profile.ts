import { isOracleCallError } from '@oracle-calls/protocol';
import type { MatrixUserId, WaitOptions } from '../matrix-port.ts';
import { request, type AdapterContext } from './adapter-context.ts';

const pathOf = (userId: string, field: string): string =>
  `/profile/${encodeURIComponent(userId)}/${encodeURIComponent(field)}`;

/** A field that is not set, an account that is not known, a homeserver without such fields, or one that tells strangers nothing. */
const SAYS_NOTHING: ReadonlySet<unknown> = new Set([403, 404]);

/** `GET /_matrix/client/v3/profile/{userId}/{keyName}` (Matrix spec 1.16, MSC4133). */
export async function readProfileField(
  context: AdapterContext,
  userId: MatrixUserId,
  field: string,
  { signal }: WaitOptions = {},
): Promise<unknown> {
  const ask = (limit: AbortSignal): Promise<unknown> =>
    context.client.http.authedRequest('GET', pathOf(userId, field), undefined, undefined, { abortSignal: limit });
  try {
    const answer = await request(context, ask, { refused: 'ERR_UPSTREAM_HOMESERVER', signal });
    return typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : undefined;
  } catch (error) {
    if (isOracleCallError(error) && SAYS_NOTHING.has(error.details['httpStatus'])) return undefined;
    throw error;
  }
}

/** `PUT` of the same: repeating it changes nothing. */
export async function setProfileField(
  context: AdapterContext,
  userId: MatrixUserId,
  field: string,
  value: string,
  { signal }: WaitOptions = {},
): Promise<void> {
  const put = (limit: AbortSignal): Promise<unknown> =>
    context.client.http.authedRequest(
      'PUT',
      pathOf(userId, field),
      undefined,
      { [field]: value },
      {
        abortSignal: limit,
      },
    );
  await request(context, put, { refused: 'ERR_UPSTREAM_HOMESERVER', signal });
}

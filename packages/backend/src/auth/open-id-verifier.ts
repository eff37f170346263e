import * as v from 'valibot';
import { OracleCallError, type BearerSecret, type Clock } from '@oracle-calls/protocol';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import { matrixUserIdSchema, serverNameOf } from './matrix-ids.ts';

/** Asks a homeserver whose an OpenID token is. */
export interface OpenIdVerifier {
  /**
   * @throws {OracleCallError} `ERR_AUTH_HOMESERVER`, `ERR_AUTH_INVALID`, `ERR_UPSTREAM_HOMESERVER`, `ERR_UPSTREAM_TIMEOUT`
   */
  verify(serverName: string, token: BearerSecret, signal?: AbortSignal): Promise<MatrixUserId>;
}

export interface OpenIdVerifierDeps {
  /** Server name → base URL that serves its `/_matrix/federation/v1/openid/userinfo`. The only addresses ever asked. */
  readonly allowedServers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly fetch?: typeof fetch | undefined;
}

/** A homeserver that takes longer, in milliseconds, is down as far as a waiting user is concerned. */
const HOMESERVER_TIMEOUT_MS = 5_000;

/** An honest answer is `{"sub": …}` with at most 255 characters of id. */
const USER_INFO_MAX_BYTES = 4_096;

const userInfoSchema = v.object({ sub: matrixUserIdSchema });

async function readBounded(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > USER_INFO_MAX_BYTES) throw new OracleCallError('ERR_UPSTREAM_HOMESERVER');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Verifies OpenID tokens over HTTP (Matrix server-server API, "OpenID"). The server's name only selects an allowed one. */
export function createOpenIdVerifier({
  allowedServers,
  clock,
  fetch: doFetch = fetch,
}: OpenIdVerifierDeps): OpenIdVerifier {
  const servers = new Map(Object.entries(allowedServers));

  /** The token travels in the query, as the spec has it: no error from here may carry the URL. */
  async function ask(baseUrl: string, token: BearerSecret, signal: AbortSignal): Promise<unknown> {
    const url = new URL('/_matrix/federation/v1/openid/userinfo', baseUrl);
    url.searchParams.set('access_token', token.expose());
    const response = await doFetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      await response.body?.cancel();
      throw new OracleCallError('ERR_AUTH_INVALID', 'The homeserver does not know this OpenID token.');
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new OracleCallError('ERR_UPSTREAM_HOMESERVER');
    }
    return await readBounded(response);
  }

  return {
    async verify(serverName, token, signal) {
      const baseUrl = servers.get(serverName);
      if (baseUrl === undefined) throw new OracleCallError('ERR_AUTH_HOMESERVER');
      const timeout = new AbortController();
      using _timer = clock.after(HOMESERVER_TIMEOUT_MS, () => timeout.abort());
      let userInfo: unknown;
      try {
        userInfo = await ask(baseUrl, token, AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]));
      } catch (error) {
        signal?.throwIfAborted();
        if (timeout.signal.aborted) throw new OracleCallError('ERR_UPSTREAM_TIMEOUT');
        if (error instanceof OracleCallError) throw error;
        throw new OracleCallError('ERR_UPSTREAM_HOMESERVER');
      }
      const parsed = v.safeParse(userInfoSchema, userInfo);
      if (!parsed.success) throw new OracleCallError('ERR_UPSTREAM_HOMESERVER');
      if (serverNameOf(parsed.output.sub) !== serverName) {
        throw new OracleCallError('ERR_AUTH_INVALID', 'The homeserver vouches for a user of another server.');
      }
      return parsed.output.sub;
    },
  };
}

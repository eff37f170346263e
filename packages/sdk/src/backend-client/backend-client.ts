import type { MatrixOpenIdToken } from '@oracle-calls/matrix';
import {
  BearerSecret,
  isOracleCallError,
  parseWith,
  type CallId,
  type Clock,
  type Did,
  type EndReason,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import { callRecordSchema, joinTokenResponseSchema, ROUTES, type CallRecord } from '@oracle-calls/protocol/http';
import { parseBackendUrl, postJson, type Fetch, type Method, type PostOptions } from './http.ts';
import { withRetries, type RetryPolicy } from './retry.ts';
import { SessionTokens } from './session-tokens.ts';

export interface WaitOptions {
  readonly signal: AbortSignal;
}

export interface CallRequestOptions extends WaitOptions {
  /** The call's trace (W3C Trace Context). */
  readonly traceparent?: string | undefined;
}

/** Leave to join one SFU room as one identity. */
export interface SfuInvitation {
  readonly url: string;
  readonly joinToken: BearerSecret;
  readonly identity: string;
}

/** The oracle's backend as the caller needs it. All methods throw `OracleCallError`; aborts rethrow `signal.reason`. */
export interface BackendClient {
  /** Signs in, so that the first request of a call need not. */
  prepare(options: WaitOptions): Promise<void>;
  requestJoinToken(sfuRoomName: SfuRoomName, oracleDid: Did, options: CallRequestOptions): Promise<SfuInvitation>;
  syncCall(callId: CallId, sessionId: string, options: CallRequestOptions): Promise<CallRecord>;
  /** The fast path of hanging up; the request outlives the page. A call that has ended already is no error. */
  endCall(callId: CallId, reason: EndReason, options: CallRequestOptions): Promise<void>;
  /** Any other request of the account without a body. The answer is untrusted: parse it. */
  ask(method: Exclude<Method, 'POST'>, path: string, options: WaitOptions): Promise<unknown>;
}

export interface BackendClientOptions {
  readonly backendUrl: string;
  readonly clock: Clock;
  readonly requestOpenIdToken: (signal: AbortSignal) => Promise<MatrixOpenIdToken>;
  readonly fetch?: Fetch | undefined;
  readonly random?: (() => number) | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
}

/** @throws {OracleCallError} `ERR_DID_DOCUMENT` when the address is neither https nor on this machine. */
export function createBackendClient(options: BackendClientOptions): BackendClient {
  const backendUrl = parseBackendUrl(options.backendUrl);
  const { clock, retryPolicy: policy, random = Math.random } = options;
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));

  const post = (path: string, body: object, how: Omit<PostOptions, 'fetch' | 'clock'>) =>
    postJson(backendUrl + path, body, { ...how, fetch, clock });
  const retried = <T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> =>
    withRetries(attempt, { clock, signal, random, policy });

  const tokens = new SessionTokens({
    clock,
    requestOpenIdToken: options.requestOpenIdToken,
    exchange: (openIdToken, signal) => {
      const { access_token, matrix_server_name } = openIdToken;
      const body = { openIdToken: { access_token, matrix_server_name } };
      return retried(signal, () => post(ROUTES.session, body, { signal }));
    },
  });

  /** The same request again while the refusal is retryable; a refused session token is replaced once. */
  const ask = async (path: string, body: object, how: Omit<PostOptions, 'fetch' | 'clock'>): Promise<unknown> => {
    const { signal } = how;
    const attempt = (bearer: BearerSecret) => retried(signal, () => post(path, body, { ...how, bearer }));
    const first = await tokens.get(signal);
    try {
      return await attempt(first);
    } catch (error) {
      if (!isRefusedToken(error)) throw error;
      tokens.drop(first);
      return attempt(await tokens.get(signal));
    }
  };

  return {
    async prepare({ signal }) {
      await tokens.get(signal);
    },
    async requestJoinToken(roomId, oracleDid, asked) {
      const answer = parseWith(joinTokenResponseSchema, await ask(ROUTES.joinToken, { roomId, oracleDid }, asked));
      return {
        url: answer.url,
        joinToken: new BearerSecret(answer.joinToken, 'join token'),
        identity: answer.identity,
      };
    },
    async syncCall(callId, sessionId, asked) {
      return parseWith(callRecordSchema, await ask(callPath(ROUTES.sync, callId), { callId, sessionId }, asked));
    },
    async endCall(callId, endReason, asked) {
      const body = { callStatus: 'ended', endReason };
      try {
        await ask(callPath(ROUTES.update, callId), body, { ...asked, isKeptAlive: true });
      } catch (error) {
        if (isOracleCallError(error) && (error.code === 'ERR_CALL_ENDED' || error.code === 'ERR_CALL_TRANSITION'))
          return;
        throw error;
      }
    },
    ask: (method, path, { signal }) => ask(path, {}, { method, signal }),
  };
}

/** A call id's grammar allows only characters that stand in a path as they are. */
const callPath = (route: string, callId: CallId): string => route.replace(':callId', () => callId);

const isRefusedToken = (error: unknown): boolean =>
  isOracleCallError(error) && (error.code === 'ERR_AUTH_INVALID' || error.code === 'ERR_AUTH_EXPIRED');

import { OracleCallError, systemClock, tryParseProblem } from '@oracle-calls/protocol';
import type { BearerSecret, Clock } from '@oracle-calls/protocol';
import { EVENT_WAIT_MS } from '@oracle-calls/protocol/http';
import { TRACEPARENT } from '@oracle-calls/protocol/trace';
import type { RequestOptions } from './backend-port.ts';
import { timeLimit } from './time-limit.ts';

/** The backend may hold a request for the event's sake; on top of that, a slow network. */
const REQUEST_MAX_MS = EVENT_WAIT_MS + 5_000;
/** An honest answer is an envelope, two DIDs and a sealed memory of 44 kB. */
const RESPONSE_MAX_BYTES = 65_536;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request under the agent's API key: its answer as JSON, `undefined` for none. Throws as `BackendPort` does. */
export type BackendRequest = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  options?: RequestOptions,
  maxMs?: number,
) => Promise<unknown>;

export interface BackendRequestOptions {
  readonly baseUrl: string;
  readonly apiKey: BearerSecret;
  readonly send?: Fetch | undefined;
  readonly clock?: Pick<Clock, 'after'> | undefined;
  /** The trace that requests belong to, once there is one. */
  readonly traceparent?: (() => string | undefined) | undefined;
}

/** Requests to the oracle's backend. */
export function createBackendRequest({
  baseUrl,
  apiKey,
  send = fetch,
  clock = systemClock,
  traceparent = () => undefined,
}: BackendRequestOptions): BackendRequest {
  return async (method, path, body, { signal } = {}, maxMs = REQUEST_MAX_MS) => {
    using bound = timeLimit(clock, maxMs, signal);
    const trace = traceparent();
    let response: Response;
    let text: string;
    try {
      response = await send(`${baseUrl.replace(/\/+$/, '')}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey.expose()}`,
          'content-type': 'application/json',
          ...(trace === undefined ? {} : { [TRACEPARENT]: trace }),
        },
        // A redirect could carry the key to somebody else.
        redirect: 'error',
        signal: bound.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await readBounded(response);
    } catch (cause) {
      signal?.throwIfAborted();
      throw new OracleCallError('ERR_UPSTREAM_BACKEND', undefined, { cause });
    }
    const value = tryJson(text);
    if (response.ok) return value;
    throw (
      tryParseProblem(value) ??
      new OracleCallError('ERR_UPSTREAM_BACKEND', undefined, { details: { status: response.status } })
    );
  };
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > RESPONSE_MAX_BYTES) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

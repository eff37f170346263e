import { OracleCallError, parseWith, systemClock, tryParseProblem } from '@oracle-calls/protocol';
import type { BearerSecret, Clock } from '@oracle-calls/protocol';
import {
  claimResponseSchema,
  EVENT_WAIT_MS,
  keyResponseSchema,
  ROUTES,
  STANDBY_WAIT_MS,
  standbyResponseSchema,
} from '@oracle-calls/protocol/http';
import type { ClaimRequest, StandbyRequest, UpdateRequest } from '@oracle-calls/protocol/http';
import { TRACEPARENT } from '@oracle-calls/protocol/trace';
import type { BackendPort, RequestOptions, StandbyPort } from './backend-port.ts';
import { timeLimit } from './time-limit.ts';

/** The backend may hold a request for the event's sake; on top of that, a slow network. */
const REQUEST_MAX_MS = EVENT_WAIT_MS + 5_000;
/** The same, while the backend waits for a call. */
const STANDBY_MAX_MS = STANDBY_WAIT_MS + 5_000;
/** An honest answer is an envelope and two DIDs. */
const RESPONSE_MAX_BYTES = 65_536;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The backend's HTTP API for agents. */
export function createBackendClient(
  baseUrl: string,
  apiKey: BearerSecret,
  send: Fetch = fetch,
  clock: Pick<Clock, 'after'> = systemClock,
  /** The trace that requests belong to, once there is one. */
  traceparent: () => string | undefined = () => undefined,
): BackendPort & StandbyPort {
  const request = async (
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
    { signal }: RequestOptions = {},
    maxMs = REQUEST_MAX_MS,
  ): Promise<unknown> => {
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

  return {
    claim: async (ticket, sfuRoomName, options) =>
      parseWith(
        claimResponseSchema,
        await request('POST', ROUTES.claim, { ticket, roomId: sfuRoomName } satisfies ClaimRequest, options),
      ),
    fetchKey: async (callId, options) =>
      parseWith(
        keyResponseSchema,
        await request(
          'GET',
          ROUTES.key.replace(':callId', () => callId),
          undefined,
          options,
        ),
      ),
    standby: async (load, options) =>
      parseWith(
        standbyResponseSchema,
        await request('POST', ROUTES.standby, { load } satisfies StandbyRequest, options, STANDBY_MAX_MS),
      ).call,
    endCall: async (callId, endReason, options) => {
      const body: UpdateRequest = { callStatus: 'ended', endReason };
      await request(
        'POST',
        ROUTES.update.replace(':callId', () => callId),
        body,
        options,
      );
    },
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

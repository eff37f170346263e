import { parseWith, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, CallId, Clock } from '@oracle-calls/protocol';
import {
  claimResponseSchema,
  keyResponseSchema,
  ROUTES,
  STANDBY_WAIT_MS,
  standbyResponseSchema,
} from '@oracle-calls/protocol/http';
import type { ClaimRequest, KeepMemoryRequest, StandbyRequest, UpdateRequest } from '@oracle-calls/protocol/http';
import type { BackendPort, StandbyPort } from './backend-port.ts';
import { createBackendRequest, type Fetch } from './backend-request.ts';

/** While the backend waits for a call; on top of that, a slow network. */
const STANDBY_MAX_MS = STANDBY_WAIT_MS + 5_000;

/** The backend's HTTP API for agents. */
export function createBackendClient(
  baseUrl: string,
  apiKey: BearerSecret,
  send: Fetch = fetch,
  clock: Pick<Clock, 'after'> = systemClock,
  /** The trace that requests belong to, once there is one. */
  traceparent: () => string | undefined = () => undefined,
): BackendPort & StandbyPort {
  const request = createBackendRequest({ baseUrl, apiKey, send, clock, traceparent });
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
    keepMemory: async (callId, record, erasedAt, options) => {
      const body: KeepMemoryRequest = { record: Buffer.from(record).toString('base64url'), erasedAt };
      await request('POST', memoryOf(callId), body, options);
    },
    eraseMemory: async (callId, options) => {
      await request('DELETE', memoryOf(callId), undefined, options);
    },
  };
}

const memoryOf = (callId: CallId): string => ROUTES.callMemory.replace(':callId', () => callId);

import { OracleCallError, parseWith, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Clock } from '@oracle-calls/protocol';
import { findAddressProblem } from '@oracle-calls/protocol/did';
import { ringRecordSchema, ROUTES } from '@oracle-calls/protocol/http';
import type { RingRecord, RingRequest } from '@oracle-calls/protocol/http';
import { createBackendRequest, type Fetch } from '../job/backend/backend-request.ts';
import { retrying, type RetryLimits } from '../job/backend/retry.ts';

/** Between two looks at a ring, in milliseconds: people take seconds, and an agent has twenty requests a second. */
const LOOK_INTERVAL_MS = 1_000;

/** A backend that is being restarted is back within this; the ring goes on meanwhile. */
const LOOK_RETRY: RetryLimits = { withinMs: 30_000, firstPauseMs: 500, maxPauseMs: 5_000 };

export interface RingClientOptions {
  /** Base address of the oracle's backend. */
  readonly backendUrl: string;
  /** API key of the oracle that rings. */
  readonly apiKey: BearerSecret;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
}

export interface RingWait {
  readonly signal?: AbortSignal | undefined;
}

/**
 * How an oracle's own code calls people. Every method throws `OracleCallError` with the backend's code; aborts rethrow `signal.reason`.
 *
 * @example
 *   const rings = createRingClient({ backendUrl: 'https://calls.example.org', apiKey });
 *   const { ringId } = await rings.ring({ userId: '@alice:example.org', callType: 'audio', reason: 'Your report is ready.' });
 *   const { ringStatus, callId } = await rings.whenOver(ringId);
 */
export interface RingClient {
  /**
   * Rings a person who has called this oracle.
   *
   * @throws {OracleCallError} `ERR_RING_STRANGER`, `ERR_RING_IN_PROGRESS`, `ERR_RING_UNREACHABLE`, `ERR_RATE_LIMITED`, `ERR_AUTH_*`, `ERR_UPSTREAM_*`
   */
  ring(request: RingRequest, wait?: RingWait): Promise<RingRecord>;
  /** @throws {OracleCallError} `ERR_RING_NOT_FOUND` */
  find(ringId: string, wait?: RingWait): Promise<RingRecord>;
  /** Takes it back. @throws {OracleCallError} `ERR_RING_NOT_FOUND`, `ERR_RING_OVER` */
  cancel(ringId: string, wait?: RingWait): Promise<RingRecord>;
  /** Resolves when it was accepted, declined or taken back, or has lapsed. */
  whenOver(ringId: string, wait?: RingWait): Promise<RingRecord>;
}

/**
 * Rings through the oracle's backend, by its API key.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` for an address over which the key would be read by others
 */
export function createRingClient({
  backendUrl,
  apiKey,
  fetch: send,
  clock = systemClock,
}: RingClientOptions): RingClient {
  const url = URL.canParse(backendUrl) ? new URL(backendUrl) : undefined;
  const problem = url === undefined ? 'it is not a URL' : findAddressProblem(url, { allowPrivateAddresses: true });
  if (problem !== undefined) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `The backend's address cannot be used: ${problem}.`);
  }
  const request = createBackendRequest({ baseUrl: backendUrl, apiKey, send, clock });
  const about = async (method: 'GET' | 'DELETE', ringId: string, wait?: RingWait): Promise<RingRecord> => {
    const path = ROUTES.ring.replace(':ringId', () => encodeURIComponent(ringId));
    return parseWith(ringRecordSchema, await request(method, path, undefined, wait));
  };
  return {
    ring: async (ring, wait) => parseWith(ringRecordSchema, await request('POST', ROUTES.rings, ring, wait)),
    find: (ringId, wait) => about('GET', ringId, wait),
    cancel: (ringId, wait) => about('DELETE', ringId, wait),
    async whenOver(ringId, { signal = new AbortController().signal } = {}) {
      for (;;) {
        const record = await retrying(() => about('GET', ringId, { signal }), LOOK_RETRY, clock, signal);
        if (record.ringStatus !== 'ringing') return record;
        await clock.sleep(LOOK_INTERVAL_MS, { signal });
      }
    },
  };
}

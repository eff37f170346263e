import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import type { BearerSecret, Clock, ErrorDetails } from '@oracle-calls/protocol';
import type { Plaintext } from './plain-address.ts';
import type { Fetch } from '../../job/backend/backend-request.ts';

/** A person who waits for an answer hears silence: later than this, another attempt or an apology is better. In ms. */
const FIRST_BYTE_MAX_MS = 15_000;
/** Between two pieces of an answer, in ms: a model that thinks or loads sends comments or nothing. */
const IDLE_MAX_MS = 20_000;
/** Longer than any spoken answer; an endless one is cut off here. */
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;

/** A service of somebody else's, over HTTP. */
export interface UpstreamOptions {
  /** What stands before the paths of its API, such as `https://api.example.com/v1`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly key?: BearerSecret | undefined;
  /** Leave for an `http:` address of another machine. */
  readonly plaintext?: Plaintext | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly firstByteMaxMs?: number | undefined;
  readonly idleMaxMs?: number | undefined;
}

export interface UpstreamRequest {
  readonly path: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that has begun. Reading it is bounded in time and size. */
export interface UpstreamAnswer {
  readonly contentType: string;
  /** @throws {OracleCallError} `ERR_UPSTREAM_MODEL` when it breaks off, `ERR_UPSTREAM_TIMEOUT`, `ERR_UPSTREAM_MALFORMED` when endless */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Ends the request for who does not want to read at all. */
  readonly release: () => void;
}

/**
 * Posts once. Whoever stops reading the pieces ends the request.
 *
 * @throws {OracleCallError} `ERR_UPSTREAM_MODEL` when it is not reached or fails, `ERR_UPSTREAM_TIMEOUT`, `ERR_UPSTREAM_LIMITED` with
 *   `details.retryAfterMs`, `ERR_UPSTREAM_REFUSED` for what no repetition changes; `signal.reason` when aborted
 */
export async function post(upstream: UpstreamOptions, request: UpstreamRequest): Promise<UpstreamAnswer> {
  const { key, clock = systemClock, fetch: send = fetch, firstByteMaxMs = FIRST_BYTE_MAX_MS } = upstream;
  const { signal, body } = request;
  signal?.throwIfAborted();
  const abandon = new AbortController();
  const either = signal === undefined ? abandon.signal : AbortSignal.any([signal, abandon.signal]);
  const late = (): void => abandon.abort(new OracleCallError('ERR_UPSTREAM_TIMEOUT'));
  let response: Response;
  {
    using _bound = clock.after(firstByteMaxMs, late);
    try {
      response = await send(addressOf(upstream, request), {
        method: 'POST',
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key.expose()}` }),
          ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
          ...request.headers,
        },
        // A redirect could carry key and words to a host that nobody declared.
        redirect: 'error',
        body,
        signal: either,
      });
    } catch (cause) {
      throw reasonOf(cause, signal, abandon.signal);
    }
  }
  if (!response.ok) {
    // What it says may quote the conversation: the status is enough.
    await response.body?.cancel().catch(() => undefined);
    throw refusalOf(response, clock.now());
  }
  const { idleMaxMs = IDLE_MAX_MS } = upstream;
  return {
    contentType: response.headers.get('content-type') ?? '',
    pieces: read(response, { clock, idleMaxMs, late, signal, abandon }),
    release: () => abandon.abort(new Error('nobody reads the answer')),
  };
}

/** An address without a path of its own stays as the operator wrote it. */
function addressOf({ baseUrl }: UpstreamOptions, { path }: UpstreamRequest): string {
  return path === '' ? baseUrl : `${baseUrl.replace(/\/+$/, '')}${path}`;
}

interface Reading {
  readonly clock: Clock;
  readonly idleMaxMs: number;
  readonly late: () => void;
  readonly signal: AbortSignal | undefined;
  readonly abandon: AbortController;
}

async function* read(response: Response, reading: Reading): AsyncGenerator<Uint8Array> {
  const { clock, idleMaxMs, late, signal, abandon } = reading;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  let bytes = 0;
  let isWhole = false;
  try {
    for (;;) {
      let next: { readonly value?: Uint8Array | undefined } | undefined;
      try {
        // Only while something is waited for: who reads may take their time.
        using _bound = clock.after(idleMaxMs, late);
        next = await reader?.read();
      } catch (cause) {
        throw reasonOf(cause, signal, abandon.signal);
      }
      isWhole = next?.value === undefined;
      if (next?.value === undefined) return;
      bytes += next.value.length;
      if (bytes > ANSWER_MAX_BYTES) throw new OracleCallError('ERR_UPSTREAM_MALFORMED', 'The answer does not end.');
      yield next.value;
    }
  } finally {
    // Not after the end: the platform may still be closing its stream, and fails over that.
    if (!isWhole) abandon.abort(new Error('nobody reads the answer'));
  }
}

/** What a failed request failed of: who called it off says so, everything else is the network's. */
function reasonOf(cause: unknown, signal: AbortSignal | undefined, abandoned: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (abandoned.aborted) return abandoned.reason;
  return new OracleCallError('ERR_UPSTREAM_MODEL', undefined, { cause });
}

function refusalOf(response: Response, now: number): OracleCallError {
  const { status } = response;
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), now);
  const details: ErrorDetails = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (status === 429) return new OracleCallError('ERR_UPSTREAM_LIMITED', undefined, { details });
  // 408 and 425 ask for another attempt by themselves (RFC 9110 section 15.5.9, RFC 8470).
  if (status >= 500 || status === 408 || status === 425) {
    return new OracleCallError('ERR_UPSTREAM_MODEL', undefined, { details });
  }
  return new OracleCallError('ERR_UPSTREAM_REFUSED', undefined, { details });
}

/** Seconds, or a date (RFC 9110 section 10.2.3). */
function retryAfterOf(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

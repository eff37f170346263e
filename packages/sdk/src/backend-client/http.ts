import { OracleCallError, tryParseProblem, type BearerSecret, type Clock } from '@oracle-calls/protocol';
import { TRACEPARENT } from '@oracle-calls/protocol/trace';

/** One request may take this long; `sync` waits up to `EVENT_WAIT_MS` (5 s) at the backend, and networks are slow. */
export const REQUEST_TIMEOUT_MS = 12_000;

/** Largest answer that is read, in UTF-16 units: a page of a hundred calls has a tenth of it. */
export const RESPONSE_MAX_LENGTH = 524_288;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A method other than POST carries no body. */
export type Method = 'POST' | 'GET' | 'DELETE';

export interface PostOptions {
  readonly method?: Method | undefined;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly bearer?: BearerSecret | undefined;
  /** The trace that the request belongs to. */
  readonly traceparent?: string | undefined;
  /** Lets the request outlive the page. */
  readonly isKeptAlive?: boolean | undefined;
}

/**
 * Checks a backend's address: https, or http to this machine for development.
 *
 * @throws {OracleCallError} `ERR_DID_DOCUMENT`: addresses come from there.
 */
export function parseBackendUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isSafeUrl(url, 'https:', 'http:') || url.username !== '' || url.search !== '') {
    throw new OracleCallError('ERR_DID_DOCUMENT', "The backend's address must be https, or http on this machine.");
  }
  return url.href.replace(/\/+$/, '');
}

/** Whether a URL is encrypted, or unencrypted to this machine only. */
export function isSafeUrl(url: URL, safe: 'https:' | 'wss:', local: 'http:' | 'ws:'): boolean {
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === safe || (url.protocol === local && isLoopback);
}

/**
 * Posts JSON, or asks without a body, and reads JSON. Follows no redirect, sends no cookie.
 *
 * @throws {OracleCallError} of the problem document; `ERR_UPSTREAM_BACKEND` without one, `ERR_UPSTREAM_TIMEOUT` after
 * {@link REQUEST_TIMEOUT_MS}; aborts rethrow `signal.reason`.
 */
export async function postJson(url: string, body: object, options: PostOptions): Promise<unknown> {
  const { method = 'POST', fetch, clock, signal, bearer, traceparent, isKeptAlive = false } = options;
  signal.throwIfAborted();
  const timeout = new AbortController();
  const timer = clock.after(REQUEST_TIMEOUT_MS, () => timeout.abort(new OracleCallError('ERR_UPSTREAM_TIMEOUT')));
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        accept: 'application/json, application/problem+json',
        ...(traceparent === undefined ? {} : { [TRACEPARENT]: traceparent }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer.expose()}` }),
      },
      ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      keepalive: isKeptAlive,
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    return await readAnswer(response);
  } catch (cause) {
    signal.throwIfAborted();
    timeout.signal.throwIfAborted();
    if (cause instanceof OracleCallError) throw cause;
    throw new OracleCallError('ERR_UPSTREAM_BACKEND', undefined, { cause });
  } finally {
    timer[Symbol.dispose]();
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text.length > RESPONSE_MAX_LENGTH)
    throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE', 'The answer is too large.');
  const answer = tryParseJson(text);
  if (response.ok && answer !== undefined) return answer;
  throw tryParseProblem(answer) ?? foreignAnswer(response.status);
}

/** An answer that is no problem document comes from something in between, such as a proxy. */
function foreignAnswer(status: number): OracleCallError {
  return new OracleCallError(
    status >= 500 || status === 429 ? 'ERR_UPSTREAM_BACKEND' : 'ERR_PROTOCOL_MALFORMED',
    undefined,
    {
      details: { status },
    },
  );
}

function tryParseJson(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

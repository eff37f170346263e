/** What a failed request to a homeserver says about itself. Read from the error's shape, so that no SDK class is needed. */
export interface HomeserverFailure {
  readonly httpStatus: number | undefined;
  /** `M_FORBIDDEN`, `M_LIMIT_EXCEEDED`, … (Matrix spec, "Standard error response"). */
  readonly errcode: string | undefined;
  /** How long the server asks us to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Nothing or nothing whole came back: the request may or may not have been carried out. */
  readonly isConnectionFailure: boolean;
}

/** Names that `matrix-js-sdk` and `fetch` give to requests without an answer. */
const CONNECTION_FAILURES: ReadonlySet<string> = new Set(['ConnectionError', 'AbortError', 'TimeoutError']);

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Reads a failure off anything that was thrown. */
export function homeserverFailure(error: unknown): HomeserverFailure {
  const httpStatus = field(error, 'httpStatus');
  const errcode = field(error, 'errcode');
  return {
    httpStatus: typeof httpStatus === 'number' ? httpStatus : undefined,
    errcode: typeof errcode === 'string' ? errcode : undefined,
    retryAfterMs: retryAfterMs(error),
    isConnectionFailure: typeof httpStatus !== 'number' && CONNECTION_FAILURES.has(String(field(error, 'name'))),
  };
}

/** Whether the same request may succeed later: no answer, a broken server or gateway, or too many requests. */
export function isPassing({ httpStatus, errcode, isConnectionFailure }: HomeserverFailure): boolean {
  if (httpStatus === undefined) return isConnectionFailure;
  return httpStatus >= 500 || isRateLimit({ httpStatus, errcode });
}

/** Whether the server asked us to slow down. */
export function isRateLimit(failure: Pick<HomeserverFailure, 'httpStatus' | 'errcode'>): boolean {
  return failure.httpStatus === 429 || failure.errcode === 'M_LIMIT_EXCEEDED';
}

/** `Retry-After` in seconds (Matrix spec 1.10), else `retry_after_ms` of older servers. */
function retryAfterMs(error: unknown): number | undefined {
  const headers = field(error, 'httpHeaders');
  const seconds = headers instanceof Headers ? headers.get('retry-after') : null;
  if (seconds !== null && /^\d{1,6}$/.test(seconds)) return Number(seconds) * 1000;
  const inBody = field(field(error, 'data'), 'retry_after_ms');
  return typeof inBody === 'number' && Number.isFinite(inBody) && inBody >= 0 ? inBody : undefined;
}

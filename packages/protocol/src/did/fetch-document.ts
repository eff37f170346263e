import { OracleCallError } from '../errors/oracle-call-error.ts';
import { type AddressPolicy, findAddressProblem } from './address-policy.ts';
import { type DeadlineOptions, withinDeadline } from './deadline.ts';

/** Largest answer that is read, in bytes. Documents of several kilobytes are usual. */
export const DID_DOCUMENT_MAX_BYTES = 65_536;

/** The part of the platform's `fetch` that is used. */
export type FetchDocument = (url: string, init: RequestInit) => Promise<Response>;

export interface FetchDocumentOptions extends DeadlineOptions, AddressPolicy {
  readonly fetch: FetchDocument;
}

/**
 * Fetches a JSON value from a stranger: bounded in time and size, without cookies, and never further than the address asked.
 *
 * @throws {OracleCallError} `ERR_DID_UNSUPPORTED` when the address is not allowed, `ERR_DID_NOT_RESOLVED` when nothing usable
 *   answers, `ERR_DID_DOCUMENT` when the answer is too large or not JSON
 */
export function fetchDocument(url: URL, options: FetchDocumentOptions): Promise<unknown> {
  const problem = findAddressProblem(url, options);
  if (problem !== undefined) return Promise.reject(new OracleCallError('ERR_DID_UNSUPPORTED', `Refused: ${problem}.`));
  return withinDeadline(options, async (signal) => {
    const response = await request(url, options.fetch, signal);
    const text = await readText(response);
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new OracleCallError('ERR_DID_DOCUMENT', 'The DID document is not JSON.', { cause });
    }
  });
}

async function request(url: URL, fetch: FetchDocument, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url.href, {
      headers: { accept: 'application/did+json, application/did+ld+json, application/json' },
      // A redirect could lead past the address policy: it is seen here and refused.
      redirect: 'manual',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new OracleCallError('ERR_DID_NOT_RESOLVED', 'The DID resolver cannot be reached.', { cause });
  }
  if (response.status === 200) return response;
  await response.body?.cancel();
  const isRedirect = response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400);
  const message = isRedirect ? 'The DID resolver redirects, which is refused.' : 'The DID resolver has no document.';
  throw new OracleCallError('ERR_DID_NOT_RESOLVED', message, { details: { status: response.status } });
}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > DID_DOCUMENT_MAX_BYTES) {
        throw new OracleCallError('ERR_DID_DOCUMENT', 'The DID document is too large.', {
          details: { limit: DID_DOCUMENT_MAX_BYTES },
        });
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    if (cause instanceof OracleCallError) throw cause;
    throw new OracleCallError('ERR_DID_NOT_RESOLVED', 'The answer of the DID resolver broke off.', { cause });
  }
}

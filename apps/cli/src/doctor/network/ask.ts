import { connect as tlsConnect } from 'node:tls';

/** Largest answer that is read, in bytes. */
const ANSWER_MAX_BYTES = 262_144;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON, `undefined` when it is none. */
  readonly json: unknown;
  /** When the answer was asked for and when it came, in ms since the epoch, here. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

export interface Question {
  readonly signal: AbortSignal;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly now: () => number;
}

/** What could not be reached, in words that hold no query and no credentials. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'the name is not known to DNS',
  EAI_AGAIN: 'DNS does not answer',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  UND_ERR_SOCKET: 'the connection was cut',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody else',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by somebody unknown here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by somebody unknown here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by somebody unknown here',
};

/** Why a connection failed, from the deepest error that has a code. */
export function reasonOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const inner = at instanceof AggregateError ? (at.errors[0] as unknown) : at;
    const code: unknown = Reflect.get(Object(inner), 'code');
    if (typeof code === 'string') return REASONS[code] ?? code;
  }
  return error instanceof Error && error.name === 'AbortError' ? 'no answer in time' : 'the request failed';
}

/** One request. Redirects are not followed: what is configured should be where it is. @throws {Unreachable} */
export async function ask(url: string, { now, body, ...init }: Question): Promise<Answer> {
  const askedAt = now();
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      redirect: 'manual',
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...init.headers } }),
    });
  } catch (error) {
    throw new Unreachable(reasonOf(error), { cause: error });
  }
  const answeredAt = now();
  return { status: response.status, headers: response.headers, json: await readJson(response), askedAt, answeredAt };
}

async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > ANSWER_MAX_BYTES) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** The value at some keys of an answer, when it is a text. */
export function textAt(json: unknown, ...keys: readonly string[]): string | undefined {
  const value = keys.reduce<unknown>((from, key) => Reflect.get(Object(from), key), json);
  return typeof value === 'string' ? value : undefined;
}

export interface Certificate {
  /** Why it is not trusted, or `undefined` when it is. */
  readonly problem: string | undefined;
  readonly validTo: number;
}

/** The certificate that a server shows, trusted or not; `ca` takes the place of Node's own authorities. @throws {Unreachable} */
export function certificateOf(host: string, port: number, signal: AbortSignal, ca?: string): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    // Nothing is sent over this connection: it only asks which certificate is there.
    const socket = tlsConnect({ host, port, ...servername, ...(ca && { ca }), rejectUnauthorized: false });
    const onAbort = (): void => void socket.destroy(new Error('aborted'));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    socket.once('error', (error) => reject(new Unreachable(reasonOf(error), { cause: error })));
    socket.once('secureConnect', () => {
      const { authorizationError } = socket;
      const code = typeof authorizationError === 'string' ? authorizationError : reasonCode(authorizationError);
      const problem = socket.authorized ? undefined : (REASONS[code] ?? code);
      resolve({ problem, validTo: Date.parse(socket.getPeerCertificate().valid_to) });
      socket.destroy();
    });
  });
}

const reasonCode = (error: unknown): string => {
  const code: unknown = Reflect.get(Object(error), 'code');
  return typeof code === 'string' ? code : 'it is not trusted';
};

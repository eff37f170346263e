import { createHmac, timingSafeEqual } from 'node:crypto';
import { OracleCallError } from '@oracle-calls/protocol';
import type { BearerSecret } from '@oracle-calls/protocol';

/*
 * Requests are signed as the Standard Webhooks specification says (https://www.standardwebhooks.com, version 1): an HMAC-SHA256 over id,
 * time and body. There are libraries that check it in every language.
 */

/** How far the time of a request may be from the receiver's, in ms: the specification's five minutes. */
export const SIGNATURE_WINDOW_MS = 5 * 60_000;

const SECRET_PREFIX = 'whsec_';
/** The specification's bounds, in bytes. */
const SECRET_BYTES = { min: 24, max: 64 } as const;

export interface SignedHeaders {
  readonly 'webhook-id': string;
  /** Seconds since the Unix epoch. */
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** Signs one request. `id` must be another one each time. @throws {OracleCallError} `ERR_CONFIG_INVALID` when the secret is none */
export function signRequest(secret: BearerSecret, id: string, now: number, body: string): SignedHeaders {
  const timestamp = String(Math.floor(now / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${macOf(secret, id, timestamp, body).toString('base64')}`,
  };
}

/** Remembers ids for as long as their requests would be accepted. */
export class SeenRequests {
  readonly #until = new Map<string, number>();

  /** False when the id was there before. */
  add(id: string, now: number): boolean {
    for (const [old, until] of this.#until) {
      // In the order of their coming: the rest is younger.
      if (until > now) break;
      this.#until.delete(old);
    }
    if (this.#until.has(id)) return false;
    // A time in the future is accepted as well, hence twice.
    this.#until.set(id, now + 2 * SIGNATURE_WINDOW_MS);
    return true;
  }
}

export interface VerifyOptions {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came, byte for byte. */
  readonly body: string;
  readonly secret: BearerSecret;
  readonly now: number;
  readonly seen: SeenRequests;
}

/** For a service in TypeScript: whether a request is the agent's, fresh and new. @throws {OracleCallError} `ERR_AUTH_MISSING`, `ERR_AUTH_INVALID`, `ERR_AUTH_EXPIRED` */
export function verifyRequest({ headers, body, secret, now, seen }: VerifyOptions): void {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (id === undefined || timestamp === undefined || signatures === undefined) {
    throw new OracleCallError('ERR_AUTH_MISSING');
  }
  const mac = macOf(secret, id, timestamp, body);
  // Several while a secret is replaced.
  const isSigned = signatures.split(' ').some((one) => one.startsWith('v1,') && isSame(mac, one.slice(3)));
  if (!isSigned) throw new OracleCallError('ERR_AUTH_INVALID');
  const isFresh = /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) * 1000 - now) <= SIGNATURE_WINDOW_MS;
  if (!isFresh) throw new OracleCallError('ERR_AUTH_EXPIRED');
  if (!seen.add(id, now)) throw new OracleCallError('ERR_AUTH_INVALID', 'The request came before.');
}

function macOf(secret: BearerSecret, id: string, timestamp: string, body: string): Buffer {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest();
}

function keyOf(secret: BearerSecret): Buffer {
  const text = secret.expose();
  const key = Buffer.from(text.startsWith(SECRET_PREFIX) ? text.slice(SECRET_PREFIX.length) : '', 'base64');
  if (key.length < SECRET_BYTES.min || key.length > SECRET_BYTES.max) {
    throw new OracleCallError(
      'ERR_CONFIG_INVALID',
      `A webhook's secret is ${SECRET_PREFIX} and ${SECRET_BYTES.min} to ${SECRET_BYTES.max} bytes in base64.`,
    );
  }
  return key;
}

function isSame(mac: Buffer, text: string): boolean {
  const given = Buffer.from(text, 'base64');
  return given.length === mac.length && timingSafeEqual(given, mac);
}

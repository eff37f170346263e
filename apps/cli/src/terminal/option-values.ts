import { isOracleCallError, type Did } from '@oracle-calls/protocol';
import { findAddressProblem, isMatrixUserId, parseDid } from '@oracle-calls/protocol/did';
import { InvalidArgumentError } from 'commander';

/* Values of options, refused under the option's name when they are not what the option takes. */

export function didValue(text: string): Did {
  try {
    return parseDid(text);
  } catch (error) {
    if (!isOracleCallError(error)) throw error;
    throw new InvalidArgumentError('A DID such as did:web:oracle.example.org is expected.');
  }
}

export function matrixUserValue(text: string): string {
  if (isMatrixUserId(text)) return text;
  throw new InvalidArgumentError('A Matrix user id such as @oracle:example.org is expected.');
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** An address of a server that clients reach: https, or on a private network http. */
export function serverUrlValue(text: string): string {
  const url = urlOf(text);
  if (url === undefined) throw new InvalidArgumentError('An address such as https://calls.example.org is expected.');
  const problem = findAddressProblem(url, { allowPrivateAddresses: true });
  if (problem !== undefined) throw new InvalidArgumentError(`This address cannot be used: ${problem}.`);
  return text.replace(/\/+$/, '');
}

/** An address of the SFU as its clients know it. */
export function sfuUrlValue(text: string): string {
  if (/^wss?:\/\//i.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('An address such as wss://sfu.example.org is expected.');
}

/** What browsers send as `Origin`. */
export function originValue(text: string): string {
  const url = urlOf(text);
  if (url?.origin === text && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('An origin such as https://app.example.org is expected, with nothing behind it.');
}

/** A whole number within bounds. */
export function wholeNumberValue(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && text.trim() !== '' && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`A number from ${min} to ${max} is expected.`);
  };
}

/** An instant, in ms since 1970. */
export function instantValue(text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('An instant such as 2026-11-23 or 2026-11-23T12:00:00Z is expected.');
}

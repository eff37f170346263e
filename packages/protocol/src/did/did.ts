import * as v from 'valibot';
import { OracleCallError } from '../errors/oracle-call-error.ts';

declare const didBrand: unique symbol;

/** Named, so that declarations that were inferred can name it. */
export interface DidBrand {
  readonly [didBrand]: true;
}

/** A decentralised identifier (W3C DID Core 1.0, section 3.1), without path, query or fragment. */
export type Did = string & DidBrand;

/** Longest DID that is looked at, in characters; a `did:key` of a secp256k1 key has 57. */
export const DID_MAX_LENGTH = 512;

const DID = /^did:[a-z0-9]+:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})$/;

export const didSchema = v.custom<Did>(
  (text) => typeof text === 'string' && text.length <= DID_MAX_LENGTH && DID.test(text),
  'a DID',
);

/**
 * Checks text from outside against the grammar of DIDs.
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED`
 */
export function parseDid(text: unknown): Did {
  if (!v.is(didSchema, text)) throw new OracleCallError('ERR_DID_MALFORMED');
  return text;
}

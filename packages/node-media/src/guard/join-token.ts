import { OracleCallError, parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';

const claimsSchema = v.object({ sub: v.pipe(v.string(), v.nonEmpty()) });

/**
 * The SFU identity that a join token was made for, its `sub` (RFC 7519, 4.1.2). The signature is the SFU's to check.
 *
 * @throws {OracleCallError} `ERR_MEDIA_CONNECT` when the token names nobody
 */
export function identityOf(joinToken: string): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(joinToken.split('.')[1] ?? '', 'base64url').toString());
    return parseWith(claimsSchema, claims).sub;
  } catch {
    // Without the cause: it may quote the token.
    throw new OracleCallError('ERR_MEDIA_CONNECT', 'The join token names no participant.');
  }
}

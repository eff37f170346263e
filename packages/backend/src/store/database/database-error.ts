import { OracleCallError } from '@oracle-calls/protocol';
import { hasCode, SQL_CODES, type SqlCode } from './sql-codes.ts';

/** What pg says, without a code, of a connection that broke or did not come. */
const BROKEN = /timeout|terminated|not queryable|ended|does not support SSL|certificate/i;

/**
 * An error of the Postgres driver as one of ours where it says that the database is away; every other as it is. Nobody's data is in it: the
 * driver's own text may quote values.
 */
export function toDatabaseError(error: unknown, during: 'connect' | 'query'): unknown {
  if (!(error instanceof Error)) return error;
  const is = (codes: readonly SqlCode[]): boolean => hasCode(error, 'code', codes);
  if (is(SQL_CODES.postgresTooSlow)) return new OracleCallError('ERR_UPSTREAM_TIMEOUT', undefined, { cause: error });
  if (is(SQL_CODES.postgresRefused)) {
    return new OracleCallError('ERR_UPSTREAM_DATABASE', 'The database refuses this user, password or database name.', {
      cause: error,
    });
  }
  const isBroken = Reflect.get(error, 'code') === undefined && BROKEN.test(error.message);
  return during === 'connect' || isBroken || is(SQL_CODES.postgresAway)
    ? new OracleCallError('ERR_UPSTREAM_DATABASE', undefined, { cause: error })
    : error;
}

import { OracleCallError } from '@oracle-calls/protocol';
import { SQL_CODES, type SqlCode } from './sql-codes.ts';

const AWAY: readonly SqlCode[] = SQL_CODES.postgresAway;
const TOO_SLOW: readonly SqlCode[] = SQL_CODES.postgresTooSlow;
const REFUSED: readonly SqlCode[] = SQL_CODES.postgresRefused;

/** What pg says, without a code, of a connection that broke or did not come. */
const BROKEN = /timeout|terminated|not queryable|ended|does not support SSL|certificate/i;

/**
 * An error of the Postgres driver as one of ours where it says that the database is away; every other as it is. Nobody's data is in it: the
 * driver's own text may quote values.
 */
export function toDatabaseError(error: unknown, during: 'connect' | 'query'): unknown {
  if (!(error instanceof Error)) return error;
  const code: unknown = Reflect.get(error, 'code');
  const isCode = (codes: readonly SqlCode[]): boolean => codes.some((known) => known === code);
  if (isCode(TOO_SLOW)) return new OracleCallError('ERR_UPSTREAM_TIMEOUT', undefined, { cause: error });
  if (isCode(REFUSED)) {
    return new OracleCallError('ERR_UPSTREAM_DATABASE', 'The database refuses this user, password or database name.', {
      cause: error,
    });
  }
  if (isCode(AWAY) || (code === undefined && BROKEN.test(error.message))) {
    return new OracleCallError('ERR_UPSTREAM_DATABASE', undefined, { cause: error });
  }
  if (during === 'connect') return new OracleCallError('ERR_UPSTREAM_DATABASE', undefined, { cause: error });
  return error;
}

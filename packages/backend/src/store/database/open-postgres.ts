import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { OracleCallError, type BearerSecret } from '@oracle-calls/protocol';
import pg from 'pg';
import type { Tables } from '../tables.ts';
import { Database } from './database.ts';
import { toDatabaseError } from './database-error.ts';
import { POSTGRES } from './sql-dialect.ts';

/** Connections of one process at most. Postgres allows 100 by default, for all its clients together. */
export const POOL_MAX = 10;

/** How long a request waits for a free or new connection, in milliseconds; shorter than its own deadline. */
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 60_000;
/** Far longer than any statement of ours takes with a million calls, in milliseconds. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** A process that dies between two statements holds its locks no longer than this, in milliseconds. */
const IDLE_TRANSACTION_TIMEOUT_MS = 10_000;
/** The type number of `bigint` (`select 'int8'::regtype::oid`). */
const INT8_OID = 20;

/** `work` serves requests; `migration` may take as long as building an index takes. */
export type Purpose = 'work' | 'migration';

/** Postgres gives `bigint` as text. Ours are epoch milliseconds, counts and rising numbers: all of them exact as numbers. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new OracleCallError('ERR_INTERNAL', 'A number of the database is too large.');
  return value;
}

/** Opens a bounded pool of connections; the first is made when somebody needs it. */
export function openPostgres(url: BearerSecret, purpose: Purpose): Database {
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8_OID, parseInt8);
  const pool = new pg.Pool({
    connectionString: url.expose(),
    max: purpose === 'work' ? POOL_MAX : 2,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    application_name: 'oracle-calls',
    ...(purpose === 'work'
      ? {
          statement_timeout: STATEMENT_TIMEOUT_MS,
          idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
        }
      : {}),
    types,
  });
  // A connection that breaks while idle is taken out of the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  return new Database(new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guarded(pool) }) }), POSTGRES);
}

/** The pool with errors of ours: which of the driver's are worth another try is known there and nowhere else. */
function guarded(pool: pg.Pool): PostgresPool {
  // Kysely knows a connection again by its object.
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect().catch((error: unknown) => {
        throw toDatabaseError(error, 'connect');
      });
      const guard = known.get(client) ?? guardClient(client);
      known.set(client, guard);
      return guard;
    },
  };
}

function guardClient(client: pg.PoolClient): PostgresPoolClient {
  // A connection that breaks in use fails its query as well; without a listener it would end the process.
  // oxlint-disable-next-line oracle-calls/listener-without-disposer -- it lives exactly as long as its connection
  client.on('error', () => undefined);
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      throw toDatabaseError(error, 'query');
    }
  };
  // The type asks for cursors as well, which nothing here uses, and for the driver's result, which it is.
  return { query: query as PostgresPoolClient['query'], release: (isBroken) => client.release(isBroken) };
}

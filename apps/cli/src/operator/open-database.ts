import { access } from 'node:fs/promises';
import { openSqliteStore, type Store } from '@oracle-calls/backend/operator';
import { OracleCallError } from '@oracle-calls/protocol';

/**
 * Opens the database of a backend, which may be running. A path that is not there is a mistake and makes no database.
 *
 * @throws {OracleCallError} `ERR_CLI_DATABASE`
 */
export async function openDatabase(file: string): Promise<Store> {
  try {
    await access(file);
  } catch (cause) {
    throw new OracleCallError('ERR_CLI_DATABASE', undefined, { cause });
  }
  return await openSqliteStore(file);
}

import { open } from 'node:fs/promises';
import { openStore, parsePostgresUrl, type DatabaseLocation, type Store } from '@oracle-calls/backend/operator';
import { OracleCallError } from '@oracle-calls/protocol';

/** Longer than any address; only the beginning of a file is looked at. */
const ADDRESS_MAX_BYTES = 4_096;

/**
 * Opens the database of a backend, which may be running. A path that is not there is a mistake and makes no database. A file that holds the address of a
 * Postgres database stands for that database; SQLite's own files begin otherwise (sqlite.org/fileformat.html, 1.3).
 *
 * @throws {OracleCallError} `ERR_CLI_DATABASE`; what `openStore` throws
 */
export async function openDatabase(file: string): Promise<Store> {
  return await openStore(await locateDatabase(file));
}

/**
 * What a file stands for: itself, or the Postgres database whose address it holds.
 *
 * @throws {OracleCallError} `ERR_CLI_DATABASE` when it cannot be read; what `parsePostgresUrl` throws
 */
export async function locateDatabase(file: string): Promise<DatabaseLocation> {
  let beginning: string;
  try {
    await using handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(ADDRESS_MAX_BYTES), 0, ADDRESS_MAX_BYTES, 0);
    beginning = buffer.subarray(0, bytesRead).toString('latin1');
  } catch (cause) {
    throw new OracleCallError('ERR_CLI_DATABASE', undefined, { cause });
  }
  return /^postgres(ql)?:/.test(beginning) ? parsePostgresUrl(beginning.trim()) : { kind: 'sqlite', file };
}

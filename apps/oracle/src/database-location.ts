import { parsePostgresUrl, type DatabaseLocation } from '@oracle-calls/backend';
import { OracleCallError } from '@oracle-calls/protocol';
import type { BackendConfig } from './backend-config.ts';
import { readSecretFile } from './secret-file.ts';

/**
 * Which database the configuration names.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` naming the field, never the address
 */
export async function readDatabaseLocation({
  databaseFile,
  databaseUrlFile,
}: Pick<BackendConfig, 'databaseFile' | 'databaseUrlFile'>): Promise<DatabaseLocation> {
  if (databaseFile !== undefined) return { kind: 'sqlite', file: databaseFile };
  if (databaseUrlFile === undefined) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'databaseFile or databaseUrlFile is missing.');
  }
  const address = await readSecretFile(databaseUrlFile, 'databaseUrlFile');
  return parsePostgresUrl(address.expose());
}

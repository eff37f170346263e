import { readFile } from 'node:fs/promises';
import { parsePostgresUrl, type DatabaseLocation } from '@oracle-calls/backend/operator';
import type { StorePlace } from '@oracle-calls/matrix/node';
import { OracleCallError, parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';

const accountSchema = v.object({ userId: v.string(), storeDir: v.string(), recoveryKeyFile: v.optional(v.string()) });

/** What of `backend.json` says where things are; the backend itself checks the rest. */
const configSchema = v.object({
  databaseFile: v.optional(v.string()),
  databaseUrlFile: v.optional(v.string()),
  matrix: v.optional(accountSchema),
  oracles: v.optional(v.array(v.object({ matrix: accountSchema }))),
});

export interface AccountPlace extends StorePlace {
  readonly userId: string;
}

/** Everything that a backend keeps. */
export interface BackendPlaces {
  readonly database: DatabaseLocation;
  readonly accounts: readonly AccountPlace[];
}

/**
 * Reads from a backend's configuration where it keeps what. Relative paths count from the folder of this process, as the backend's do.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` naming the field
 */
export async function readBackendPlaces(configFile: string): Promise<BackendPlaces> {
  const text = await readFile(configFile, 'utf8');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${configFile} cannot be read as JSON.`);
  }
  const { databaseFile, databaseUrlFile, matrix, oracles = [] } = parseWith(configSchema, content);
  const accounts = [...(matrix === undefined ? [] : [matrix]), ...oracles.map((oracle) => oracle.matrix)];
  if (accounts.length === 0)
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${configFile} names no matrix.storeDir.`);
  if (databaseUrlFile !== undefined) {
    return { database: parsePostgresUrl((await readFile(databaseUrlFile, 'utf8')).trim()), accounts };
  }
  if (databaseFile === undefined) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `${configFile} names no databaseFile and no databaseUrlFile.`);
  }
  return { database: { kind: 'sqlite', file: databaseFile }, accounts };
}

import { access } from 'node:fs/promises';
import type { MigrationState } from '@oracle-calls/backend/operator';
import { isOracleCallError } from '@oracle-calls/protocol';
import { locateDatabase } from '../../operator/open-database.ts';
import { failed, ok, skipped, warning, type Outcome } from '../check.ts';
import type { Installation } from '../installation.ts';

/** Whether the database answers and what its tables are of. It is only read. */
export async function judgeDatabase({ backendConfig }: Installation): Promise<Outcome> {
  const { databaseFile, databaseUrlFile } = backendConfig?.config ?? {};
  if (databaseFile !== undefined) return await judgeFile(databaseFile);
  if (databaseUrlFile !== undefined) return await judgePostgres(databaseUrlFile);
  return skipped('the database is named in backend.json (--backend)');
}

async function judgeFile(file: string): Promise<Outcome> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return ok(`${file} is not there yet; the backend makes it at its first start`);
  const { readMigrationState } = await import('@oracle-calls/backend/operator');
  let state: MigrationState;
  try {
    state = await readMigrationState({ kind: 'sqlite', file });
  } catch {
    const mend =
      'See that databaseFile names the backend’s database and that this user may read it; else restore it from a backup.';
    return failed(`${file} cannot be read as a backend's database`, mend);
  }
  return judgeMigrations(file, state);
}

async function judgePostgres(urlFile: string): Promise<Outcome> {
  const { readMigrationState } = await import('@oracle-calls/backend/operator');
  // The address holds a password.
  const name = `the database of ${urlFile}`;
  let state: MigrationState;
  try {
    const location = await locateDatabase(urlFile);
    if (location.kind !== 'postgres') {
      const mend = 'Write postgres://USER:PASSWORD@HOST/DATABASE into the file, or name a SQLite file in databaseFile.';
      return failed(`${urlFile} holds no address of a Postgres database`, mend);
    }
    state = await readMigrationState(location);
  } catch (error) {
    // Only our own errors are known not to quote the address.
    const why = isOracleCallError(error) ? `${error.code}: ${error.message}` : 'it answers with an error';
    const mend =
      'See that Postgres runs, and that the address in databaseUrlFile has the right host, user, password and database.';
    return failed(`${name} cannot be read (${why})`, mend);
  }
  if (state.seen.length === 0)
    return ok(`${name} answers and is empty; the backend makes its tables at its first start`);
  return judgeMigrations(name, state);
}

function judgeMigrations(name: string, { seen, known }: MigrationState): Outcome {
  const missing = known.filter((one) => !seen.includes(one));
  if (seen.some((one) => !known.includes(one))) {
    return failed(
      `${name} was made by a newer version than this one`,
      'Update these programs to that version or a later one.',
    );
  }
  if (missing.length > 0) {
    return warning(
      `${name} lacks ${missing.length} migrations`,
      'Make a backup and start the backend, which brings it up to date.',
    );
  }
  return ok(`${name} opens and has all ${known.length} migrations`);
}

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** How long a statement waits for another process that holds the file, in milliseconds. */
export const BUSY_TIMEOUT_MS = 5_000;

const isSqlInput = (value: unknown): value is SQLInputValue =>
  value === null || ['string', 'number', 'bigint'].includes(typeof value) || ArrayBuffer.isView(value);

function toSqlInputs(values: readonly unknown[]): SQLInputValue[] {
  return values.map((value) => {
    if (value === undefined) return null;
    if (!isSqlInput(value)) throw new TypeError(`SQLite cannot take a ${typeof value}.`);
    return value;
  });
}

/** Kysely's SQLite dialect speaks to `better-sqlite3`; this gives it Node's built-in SQLite in that shape. */
export function openNodeSqlite(file: string): SqliteDatabase {
  // Made beforehand so that only its owner can read it; SQLite gives the -wal and -shm files the same mode.
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: BUSY_TIMEOUT_MS });
  // WAL: readers and the writer do not wait for each other. NORMAL survives the death of the process; only a power cut
  // can take back the last commits (SQLite docs, "PRAGMA synchronous").
  // Secure delete: what is deleted is overwritten, so that no page of the file keeps it (its journal does, until it is written back).
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;');
  return {
    close: () => database.close(),
    prepare: (sql): SqliteStatement => {
      const statement = database.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...toSqlInputs(parameters)),
        run: (parameters) => statement.run(...toSqlInputs(parameters)),
        iterate: (parameters) => statement.iterate(...toSqlInputs(parameters)),
      };
    },
  };
}

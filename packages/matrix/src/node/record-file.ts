import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { OracleCallError } from '@oracle-calls/protocol';
import type { RawDatabase, RawObjectStore, RawRecord } from './fake-indexeddb-internals.ts';
import { keyText } from './key-text.ts';
import type { ChangedKeys } from './write-through.ts';

export interface StoredIndex {
  readonly name: string;
  readonly keyPath: string | string[];
  readonly unique: boolean;
  readonly multiEntry: boolean;
}

export interface StoredObjectStore {
  readonly name: string;
  readonly keyPath: string | string[] | null;
  readonly autoIncrement: boolean;
  readonly indexes: readonly StoredIndex[];
  /** Last number that the key generator gave out. */
  readonly lastNumber: number;
}

export interface StoredDatabase {
  readonly name: string;
  readonly version: number;
  readonly stores: readonly StoredObjectStore[];
}

/** `SQLITE_BUSY` (sqlite.org/rescode.html): somebody else has the file. */
const SQLITE_BUSY = 5;

/*
 * EXCLUSIVE before WAL: one process owns the file from the first statement to its end, and no shared memory is needed.
 * FULL: a commit is on the disk when it returns, so a record that the crypto believes to be kept is kept.
 */
const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS databases (name TEXT PRIMARY KEY, version INTEGER NOT NULL, stores TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS generators (
    database TEXT NOT NULL, store TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (database, store)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    database TEXT NOT NULL, store TEXT NOT NULL, key TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (database, store, key)
  ) STRICT, WITHOUT ROWID;
  BEGIN IMMEDIATE;
  COMMIT;
`;

/** IndexedDB databases in one SQLite file that this process owns alone. Every method is atomic and durable when it returns. */
export class RecordFile implements Disposable {
  readonly #sql: DatabaseSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #setNumber: StatementSync;

  /** @throws {OracleCallError} `ERR_MATRIX_STORE_IN_USE`, `ERR_MATRIX_STORE` */
  constructor(file: string) {
    this.#sql = openAlone(file);
    this.#put = this.#sql.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)');
    this.#delete = this.#sql.prepare('DELETE FROM records WHERE database = ? AND store = ? AND key = ?');
    this.#setNumber = this.#sql.prepare('INSERT OR REPLACE INTO generators VALUES (?, ?, ?)');
  }

  databases(): StoredDatabase[] {
    return this.#sql
      .prepare('SELECT name, version, stores FROM databases ORDER BY name')
      .all()
      .map((row) => {
        const name = String(row['name']);
        return { name, version: Number(row['version']), stores: this.#stores(name, String(row['stores'])) };
      });
  }

  *records(database: string, store: string): Generator<RawRecord> {
    const rows = this.#sql
      .prepare('SELECT record FROM records WHERE database = ? AND store = ?')
      .iterate(database, store);
    for (const { record } of rows) {
      if (!(record instanceof Uint8Array)) throw new OracleCallError('ERR_MATRIX_STORE', 'A record is not readable.');
      const [key, value]: [IDBValidKey, unknown] = deserialize(record);
      yield { key, value };
    }
  }

  /** Replaces all that is kept of a database. */
  writeDatabase(name: string, database: RawDatabase): void {
    const stores = [...database.rawObjectStores.values()];
    this.#atomically(() => {
      this.#forget(name);
      const definitions = JSON.stringify(stores.map(definitionOf));
      this.#sql.prepare('INSERT INTO databases VALUES (?, ?, ?)').run(name, database.version, definitions);
      for (const store of stores) {
        for (const record of store.records.values()) this.#putRecord(name, store.name, record);
        this.#writeNumber(name, store);
      }
    });
  }

  /** Writes the records under the given keys as they are now. */
  writeRecords(name: string, changes: ReadonlyMap<RawObjectStore, ChangedKeys>): void {
    this.#atomically(() => {
      for (const [store, keys] of changes) {
        for (const [text, key] of keys) {
          const record = store.records.get(key);
          if (record === undefined) this.#delete.run(name, store.name, text);
          else this.#putRecord(name, store.name, record);
        }
        this.#writeNumber(name, store);
      }
    });
  }

  deleteDatabase(name: string): void {
    this.#atomically(() => this.#forget(name));
  }

  [Symbol.dispose](): void {
    if (this.#sql.isOpen) this.#sql.close();
  }

  #stores(database: string, definitions: string): StoredObjectStore[] {
    const known: Omit<StoredObjectStore, 'lastNumber'>[] = JSON.parse(definitions);
    const number = this.#sql.prepare('SELECT number FROM generators WHERE database = ? AND store = ?');
    return known.map((store) => ({ ...store, lastNumber: Number(number.get(database, store.name)?.['number'] ?? 0) }));
  }

  #putRecord(database: string, store: string, { key, value }: RawRecord): void {
    this.#put.run(database, store, keyText(key), serialize([key, value]));
  }

  #writeNumber(database: string, { name, keyGenerator }: RawObjectStore): void {
    if (keyGenerator !== null) this.#setNumber.run(database, name, keyGenerator.num);
  }

  #forget(database: string): void {
    this.#sql.prepare('DELETE FROM records WHERE database = ?').run(database);
    this.#sql.prepare('DELETE FROM generators WHERE database = ?').run(database);
    this.#sql.prepare('DELETE FROM databases WHERE name = ?').run(database);
  }

  #atomically(change: () => void): void {
    this.#sql.exec('BEGIN IMMEDIATE');
    try {
      change();
      this.#sql.exec('COMMIT');
    } catch (error) {
      if (this.#sql.isTransaction) this.#sql.exec('ROLLBACK');
      throw error;
    }
  }
}

const definitionOf = ({ name, keyPath, autoIncrement, rawIndexes }: RawObjectStore): object => ({
  name,
  keyPath,
  autoIncrement,
  indexes: [...rawIndexes.values()].map((index) => ({
    name: index.name,
    keyPath: index.keyPath,
    unique: index.unique,
    multiEntry: index.multiEntry,
  })),
});

function openAlone(file: string): DatabaseSync {
  let sql: DatabaseSync | undefined;
  try {
    // Made by us, so that it is private from its first byte; SQLite gives its journal the same rights.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    sql = new DatabaseSync(file);
    sql.exec(SCHEMA);
    return sql;
  } catch (cause) {
    sql?.close();
    throw new OracleCallError(isBusy(cause) ? 'ERR_MATRIX_STORE_IN_USE' : 'ERR_MATRIX_STORE', undefined, { cause });
  }
}

/** Whether SQLite refused because an account has the store open. */
export function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY;
}

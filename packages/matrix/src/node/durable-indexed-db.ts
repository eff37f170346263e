import { OracleCallError, systemClock, type Clock } from '@oracle-calls/protocol';
import { rawDatabases, rawStoreOf, type RawDatabase, type RawObjectStore } from './fake-indexeddb-internals.ts';
import { RecordFile, type StoredDatabase } from './record-file.ts';
import { addKeeper, type ChangedKeys, type DatabaseKeeper } from './write-through.ts';

/** Stands for the prefix in names on disk: in memory the prefix is another at each opening. */
const PREFIX_ON_DISK = '{prefix}';
/** Transactions that were under way when closing began; they last microseconds. */
const DRAIN_LIMIT_MS = 2_000;
const DRAIN_POLL_MS = 2;

export interface DurableIndexedDbOptions {
  /** SQLite file; made with rights for its owner alone. */
  readonly file: string;
  /**
   * Called once when a change could not be written. Neither it nor any later change is reported complete, so whoever waits
   * for it waits for ever: stop using the databases. By default the error is thrown as an uncaught one.
   */
  readonly onFailure?: ((error: OracleCallError) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** IndexedDB for Node whose databases survive `kill -9` at any point. */
export interface DurableIndexedDb extends AsyncDisposable {
  /** The process's one factory, also found as `globalThis.indexedDB`. Only databases named with the prefix are durable. */
  readonly indexedDB: IDBFactory;
  /** Put this into the name of every database that is to be kept. Another at each opening. */
  readonly databasePrefix: string;
  /** Whether the file held no database when it was opened. */
  readonly isNew: boolean;
  /** Lets the file go. What is written afterwards is never reported complete. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens a durable IndexedDB: everything is in memory (`fake-indexeddb`), and every transaction is in the file before its
 * `complete` fires. One process, and within it one opening, has a file at a time.
 *
 * @throws {OracleCallError} `ERR_MATRIX_STORE_IN_USE`, `ERR_MATRIX_STORE`
 */
export async function openDurableIndexedDb(options: DurableIndexedDbOptions): Promise<DurableIndexedDb> {
  const file = new RecordFile(options.file);
  try {
    const keeper = new FileKeeper(file, options.onFailure ?? throwUncaught);
    await addKeeper(keeper);
    const stored = file.databases();
    for (const database of stored) await restore(database, keeper, file);
    keeper.begin();
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => (closing ??= closeKeeper(keeper, file, options.clock ?? systemClock));
    return {
      indexedDB,
      databasePrefix: keeper.prefix,
      isNew: stored.length === 0,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

function throwUncaught(error: OracleCallError): void {
  queueMicrotask(() => {
    throw error;
  });
}

class FileKeeper implements DatabaseKeeper {
  readonly prefix = `oracle-calls-${crypto.randomUUID()}`;
  readonly #file: RecordFile;
  readonly #onFailure: (error: OracleCallError) => void;
  #state: 'restoring' | 'keeping' | 'failed' | 'closed' = 'restoring';

  constructor(file: RecordFile, onFailure: (error: OracleCallError) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
  }

  begin(): void {
    this.#state = 'keeping';
  }

  end(): void {
    this.#state = 'closed';
  }

  owns(databaseName: string): boolean {
    return databaseName.includes(this.prefix);
  }

  writeDatabase(database: RawDatabase): boolean {
    return this.#write(() => this.#file.writeDatabase(this.#onDisk(database.name), database));
  }

  writeRecords(database: RawDatabase, changes: ReadonlyMap<RawObjectStore, ChangedKeys>): boolean {
    return this.#write(() => this.#file.writeRecords(this.#onDisk(database.name), changes));
  }

  deleteDatabase(databaseName: string): void {
    this.#write(() => this.#file.deleteDatabase(this.#onDisk(databaseName)));
  }

  #onDisk(databaseName: string): string {
    return databaseName.replace(this.prefix, PREFIX_ON_DISK);
  }

  #write(write: () => void): boolean {
    if (this.#state === 'restoring') return true;
    if (this.#state !== 'keeping') return false;
    try {
      write();
      return true;
    } catch (cause) {
      this.#state = 'failed';
      this.#onFailure(new OracleCallError('ERR_MATRIX_STORE', 'The store cannot be written.', { cause }));
      return false;
    }
  }
}

/** Builds one database in memory from what is on disk. */
function restore(stored: StoredDatabase, keeper: FileKeeper, file: RecordFile): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => reject(new OracleCallError('ERR_MATRIX_STORE', undefined, { cause }));
    const opening = indexedDB.open(stored.name.replace(PREFIX_ON_DISK, keeper.prefix), stored.version);
    opening.addEventListener('error', () => fail(opening.error), { once: true });
    opening.addEventListener('success', () => resolve(opening.result.close()), { once: true });
    const onUpgrade = (): void => {
      try {
        fill(opening.result, stored, file);
      } catch (error) {
        fail(error);
        throw error;
      }
    };
    opening.addEventListener('upgradeneeded', onUpgrade, { once: true });
  });
}

function fill(database: IDBDatabase, stored: StoredDatabase, file: RecordFile): void {
  for (const { name, keyPath, autoIncrement, indexes, lastNumber } of stored.stores) {
    const store = database.createObjectStore(name, { keyPath, autoIncrement });
    for (const { name: index, keyPath: path, unique, multiEntry } of indexes) {
      store.createIndex(index, path, { unique, multiEntry });
    }
    for (const { key, value } of file.records(stored.name, name)) {
      if (keyPath === null) store.put(value, key);
      else store.put(value);
    }
    const { keyGenerator } = rawStoreOf(store);
    if (keyGenerator !== null) keyGenerator.num = Math.max(keyGenerator.num, lastNumber);
  }
}

async function closeKeeper(keeper: FileKeeper, file: RecordFile, clock: Clock): Promise<void> {
  const databases = rawDatabases(indexedDB);
  const own = [...databases.values()].filter(({ name }) => keeper.owns(name));
  const isBusy = (): boolean =>
    own.some(({ transactions }) => transactions.some(({ _state }) => _state !== 'finished'));
  for (let waitedMs = 0; isBusy() && waitedMs < DRAIN_LIMIT_MS; waitedMs += DRAIN_POLL_MS)
    await clock.sleep(DRAIN_POLL_MS);
  keeper.end();
  for (const { name } of own) databases.delete(name);
  file[Symbol.dispose]();
}

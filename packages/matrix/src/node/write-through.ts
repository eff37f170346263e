/**
 * Makes `fake-indexeddb` report every change before it says that the change is complete. Installed once per process: the
 * Rust crypto finds IndexedDB as a global, so there is only one.
 */
import { OracleCallError } from '@oracle-calls/protocol';
import { rawDatabases, rawObjectStore, rawStoreOf, rawTransaction, wrapMethod } from './fake-indexeddb-internals.ts';
import type { RawDatabase, RawObjectStore } from './fake-indexeddb-internals.ts';
import { keyText } from './key-text.ts';

/** Keys of an object store that changed since they were last written, by their text. */
export type ChangedKeys = ReadonlyMap<string, IDBValidKey>;

/** Somebody who keeps certain databases on disk. */
export interface DatabaseKeeper {
  owns(databaseName: string): boolean;
  /** The schema changed: everything is to be written anew. `complete` follows when it returns true, otherwise never. */
  writeDatabase(database: RawDatabase): boolean;
  /** Records changed. `complete` follows when it returns true, otherwise never. */
  writeRecords(database: RawDatabase, changes: ReadonlyMap<RawObjectStore, ChangedKeys>): boolean;
  deleteDatabase(databaseName: string): void;
}

const keepers = new Set<DatabaseKeeper>();
const changed = new WeakMap<RawObjectStore, Map<string, IDBValidKey>>();
let installing: Promise<void> | undefined;

/** Adds a keeper for good: an open handle may try to write long after its keeper has closed, and is to be refused then. */
export async function addKeeper(keeper: DatabaseKeeper): Promise<void> {
  await (installing ??= install());
  keepers.add(keeper);
}

const keeperOf = (databaseName: string): DatabaseKeeper | undefined =>
  [...keepers].find((keeper) => keeper.owns(databaseName));

function mark(store: RawObjectStore, key: IDBValidKey): void {
  let keys = changed.get(store);
  if (keys === undefined) changed.set(store, (keys = new Map()));
  keys.set(keyText(key), key);
}

async function install(): Promise<void> {
  await defineGlobals();
  const probe = `oracle-calls-probe-${crypto.randomUUID()}`;
  wrapObjectStore(Object.getPrototypeOf(await newRawStore(probe)));
  rawDatabases(indexedDB).delete(probe);
  wrapMethod(
    IDBTransaction.prototype,
    'dispatchEvent',
    (original) =>
      function (...inputs) {
        return isComplete(inputs[0]) && !commit(this) ? true : original.apply(this, inputs);
      },
  );
  wrapMethod(
    IDBFactory.prototype,
    'deleteDatabase',
    (original) =>
      function (...inputs) {
        const request = original.apply(this, inputs);
        const name = String(inputs[0]);
        // First in line, so that whoever asked hears of it only when the file has forgotten as well.
        const forget = (): void => keeperOf(name)?.deleteDatabase(name);
        if (request instanceof IDBRequest) request.addEventListener('success', forget, { once: true });
        return request;
      },
  );
}

/** What `fake-indexeddb/auto` does, which has no types. The Rust crypto looks for all of these by name. */
async function defineGlobals(): Promise<void> {
  const { default: factory, forceCloseDatabase: _unused, ...classes } = await import('fake-indexeddb');
  for (const [name, value] of Object.entries({ ...classes, indexedDB: factory })) {
    Object.defineProperty(globalThis, name, { value, enumerable: false, configurable: true, writable: true });
  }
}

const isComplete = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && Reflect.get(event, 'type') === 'complete';

/** The class of object stores is not exported; one of its instances leads to it. */
function newRawStore(databaseName: string): Promise<RawObjectStore> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName, 1);
    let store: RawObjectStore | undefined;
    const onUpgrade = (): void => void (store = rawStoreOf(opening.result.createObjectStore('probe')));
    const onError = (): void => reject(new OracleCallError('ERR_INTERNAL', 'fake-indexeddb does not open.'));
    const onSuccess = (): void => {
      opening.result.close();
      resolve(rawObjectStore(store));
    };
    opening.addEventListener('upgradeneeded', onUpgrade, { once: true });
    opening.addEventListener('error', onError, { once: true });
    opening.addEventListener('success', onSuccess, { once: true });
  });
}

/** Rollbacks of aborted transactions pass here too: their keys are written again as they were, which does no harm. */
function wrapObjectStore(prototype: object): void {
  wrapMethod(
    prototype,
    'storeRecord',
    (original) =>
      function (...inputs) {
        const key = original.apply(this, inputs);
        mark(rawObjectStore(this), validKey(key));
        return key;
      },
  );
  wrapMethod(
    prototype,
    'deleteRecord',
    (original) =>
      function (...inputs) {
        const store = rawObjectStore(this);
        const [wanted] = inputs;
        const range = wanted instanceof IDBKeyRange ? wanted : IDBKeyRange.only(wanted);
        for (const { key } of [...store.records.values(range)]) mark(store, key);
        return original.apply(this, inputs);
      },
  );
  wrapMethod(
    prototype,
    'clear',
    (original) =>
      function (...inputs) {
        const store = rawObjectStore(this);
        for (const { key } of store.records.values()) mark(store, key);
        return original.apply(this, inputs);
      },
  );
}

function validKey(key: unknown): IDBValidKey {
  if (isValidKey(key)) return key;
  throw new OracleCallError('ERR_INTERNAL', 'A record was stored without a key.');
}

const isValidKey = (key: unknown): key is IDBValidKey =>
  typeof key === 'string' || typeof key === 'number' || (typeof key === 'object' && key !== null);

/** Whether the transaction's changes are kept, if somebody is to keep them. */
function commit(transaction: object): boolean {
  const { mode, _scope: scope, db } = rawTransaction(transaction);
  if (mode === 'readonly') return true;
  const database = db._rawDatabase;
  const keeper = keeperOf(database.name);
  if (mode === 'versionchange') {
    for (const store of database.rawObjectStores.values()) changed.delete(store);
    return keeper?.writeDatabase(database) ?? true;
  }
  const changes = new Map<RawObjectStore, ChangedKeys>();
  for (const name of scope) {
    const store = database.rawObjectStores.get(name);
    const keys = store === undefined ? undefined : changed.get(store);
    if (store === undefined || keys === undefined) continue;
    changes.set(store, keys);
    changed.delete(store);
  }
  return changes.size === 0 || (keeper?.writeRecords(database, changes) ?? true);
}

/**
 * What the durable store needs to know of the inside of `fake-indexeddb` 6.2.8, and nothing else does. The package has no hook
 * for persistence, so it is pinned exactly; every shape is checked before it is used, and `durable-indexed-db.test.ts`
 * fails when a new version looks different.
 */
import { OracleCallError } from '@oracle-calls/protocol';

export interface RawRecord {
  readonly key: IDBValidKey;
  readonly value: unknown;
}

export interface RawIndex {
  readonly name: string;
  readonly keyPath: string | string[];
  readonly unique: boolean;
  readonly multiEntry: boolean;
}

export interface RawObjectStore {
  readonly name: string;
  readonly keyPath: string | string[] | null;
  readonly autoIncrement: boolean;
  readonly keyGenerator: { num: number } | null;
  readonly rawIndexes: ReadonlyMap<string, RawIndex>;
  readonly records: {
    get(key: IDBValidKey): RawRecord | undefined;
    values(range?: IDBKeyRange): Iterable<RawRecord>;
  };
}

export interface RawDatabase {
  readonly name: string;
  readonly version: number;
  readonly rawObjectStores: ReadonlyMap<string, RawObjectStore>;
  readonly transactions: readonly { readonly _state: string }[];
}

export interface RawTransaction {
  readonly mode: IDBTransactionMode;
  readonly _scope: ReadonlySet<string>;
  readonly db: { readonly _rawDatabase: RawDatabase };
}

type Method = (this: object, ...inputs: unknown[]) => unknown;

const has = (value: unknown, ...names: readonly string[]): value is object =>
  typeof value === 'object' && value !== null && names.every((name) => name in value);

const isRawObjectStore = (value: unknown): value is RawObjectStore =>
  has(value, 'name', 'keyPath', 'autoIncrement', 'keyGenerator', 'rawIndexes', 'records', 'storeRecord') &&
  has(Reflect.get(value, 'records'), 'get', 'values');

const isRawDatabase = (value: unknown): value is RawDatabase =>
  has(value, 'name', 'version', 'rawObjectStores', 'transactions');

const isRawTransaction = (value: unknown): value is RawTransaction =>
  has(value, 'mode', '_scope', 'db') &&
  has(Reflect.get(value, 'db'), '_rawDatabase') &&
  isRawDatabase(Reflect.get(Reflect.get(value, 'db'), '_rawDatabase'));

function unexpected(what: string): OracleCallError {
  return new OracleCallError('ERR_INTERNAL', `fake-indexeddb is not the version this was written for: ${what}.`);
}

/** @throws {OracleCallError} `ERR_INTERNAL` when the package's inside has changed */
export function rawObjectStore(value: unknown): RawObjectStore {
  if (!isRawObjectStore(value)) throw unexpected('object store');
  return value;
}

/** @throws {OracleCallError} `ERR_INTERNAL` when the package's inside has changed */
export function rawTransaction(value: unknown): RawTransaction {
  if (!isRawTransaction(value)) throw unexpected('transaction');
  return value;
}

/** The object store behind the public handle. */
export function rawStoreOf(store: IDBObjectStore): RawObjectStore {
  return rawObjectStore(Reflect.get(store, '_rawObjectStore'));
}

/** Every database in memory, by name; deleting one here forgets it even while it is open. */
export function rawDatabases(factory: IDBFactory): Map<string, RawDatabase> {
  const databases: unknown = Reflect.get(factory, '_databases');
  if (!(databases instanceof Map)) throw unexpected('factory');
  return databases;
}

/** Replaces a method by one that may call the original. */
export function wrapMethod(owner: object, name: string, wrap: (original: Method) => Method): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') throw unexpected(`method ${name}`);
  const call: Method = function (...inputs) {
    return Reflect.apply(original, this, inputs);
  };
  Reflect.set(owner, name, wrap(call));
}

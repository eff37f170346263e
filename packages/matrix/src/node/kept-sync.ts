import { MemoryStore, SyncAccumulator } from 'matrix-js-sdk';
import type { ISavedSync } from 'matrix-js-sdk/lib/store/index.js';
import type { ISyncResponse } from 'matrix-js-sdk/lib/sync-accumulator.js';

const STORE = 'sync';
const RECORD = 'latest';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
/** What this file itself has written: looked at only as far as another version might have written something else. */
const isRecord = (value: unknown): value is ISavedSync =>
  isObject(value) &&
  hasText(Reflect.get(value, 'nextBatch')) &&
  isObject(Reflect.get(value, 'roomsData')) &&
  Array.isArray(Reflect.get(value, 'accountData'));

/**
 * The SDK's store in memory, and what a start needs of it kept in one record: the sync's token, the rooms' latest events, the account's data. The SDK's own
 * `IndexedDBStore` writes these in transactions of their own, so that a kill in between leaves a token that is newer than the account's data, which then
 * never comes again.
 */
export class KeptSync extends MemoryStore implements Disposable {
  readonly #accumulator = new SyncAccumulator();
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase, kept: unknown) {
    super();
    this.#database = database;
    // Nothing, or nothing of use: the next sync brings everything.
    if (!isRecord(kept)) return;
    const { nextBatch, roomsData, accountData } = kept;
    const response: ISyncResponse = { next_batch: nextBatch, rooms: roomsData, account_data: { events: accountData } };
    this.#accumulator.accumulate(response, true);
  }

  /** `name` is the database's. @throws what IndexedDB fails with */
  static async open(indexedDb: IDBFactory, name: string): Promise<KeptSync> {
    const opening = indexedDb.open(name, 1);
    opening.addEventListener('upgradeneeded', () => void opening.result.createObjectStore(STORE), { once: true });
    const database = await resultOf(opening);
    const kept = await resultOf<unknown>(database.transaction(STORE).objectStore(STORE).get(RECORD));
    return new KeptSync(database, kept);
  }

  override getSavedSync(): Promise<ISavedSync | null> {
    const { nextBatch, roomsData, accountData } = this.#accumulator.getJSON();
    // The SDK changes what it is given.
    return Promise.resolve(hasText(nextBatch) ? structuredClone({ nextBatch, roomsData, accountData }) : null);
  }

  override getSavedSyncToken(): Promise<string | null> {
    const token = this.#accumulator.getNextBatchToken();
    return Promise.resolve(hasText(token) ? token : null);
  }

  override setSyncData(response: ISyncResponse): Promise<void> {
    this.#accumulator.accumulate(response);
    return Promise.resolve();
  }

  /** All of it or nothing: it is taken at once, and kept when this resolves. @throws what IndexedDB fails with */
  keep(): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(STORE, 'readwrite');
      transaction.addEventListener('complete', () => resolve(), { once: true });
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')), { once: true });
      const { nextBatch, roomsData, accountData } = this.#accumulator.getJSON(true);
      transaction.objectStore(STORE).put({ nextBatch, roomsData, accountData }, RECORD);
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** The SDK's types promise a token before there is one. */
const hasText = (token: unknown): token is string => typeof token === 'string' && token !== '';

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result), { once: true });
    request.addEventListener('error', () => reject(request.error ?? new Error('failed')), { once: true });
  });
}

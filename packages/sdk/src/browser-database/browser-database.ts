/** The one database that the SDK keeps in a browser, and its stores. */
const DATABASE = 'oracle-calls';

/** 1: `user-dids`. 2: `key-pins`. */
const DATABASE_VERSION = 2;

const STORES = ['user-dids', 'key-pins'] as const;
export type BrowserStore = (typeof STORES)[number];

/**
 * Runs one transaction over one store and closes the database again, so that no tab keeps another from a newer version.
 * A throw of `work` undoes what it did.
 */
export async function inStore<T>(
  factory: IDBFactory,
  name: BrowserStore,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const database = await open(factory);
  try {
    const transaction = database.transaction(name, mode);
    const written = completion(transaction);
    // Also told by `work`, whose request fails first.
    written.catch(() => undefined);
    let given: T;
    try {
      given = await work(transaction.objectStore(name));
    } catch (error) {
      abort(transaction);
      throw error;
    }
    await written;
    return given;
  } finally {
    database.close();
  }
}

/** What a request gives. Inside a transaction nothing else may be awaited, or the transaction ends. */
export function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
  });
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, DATABASE_VERSION);
  request.onupgradeneeded = () => {
    const database = request.result;
    for (const name of STORES) {
      if (!database.objectStoreNames.contains(name)) database.createObjectStore(name);
    }
  };
  return result(request);
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was undone.'));
  });
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It is over already: whatever failed has undone it.
  }
}

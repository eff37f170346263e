/** What the vault keeps: the key, which no script can read, and the session sealed with it. */
export interface VaultRecord {
  readonly key: CryptoKey;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

/** Where the one record of a vault is. */
export interface VaultStore {
  read(): Promise<unknown>;
  write(record: VaultRecord): Promise<void>;
  forget(): Promise<void>;
}

const DATABASE = 'oracle-calls:vault';
const STORE = 'kept';
const RECORD = 'session';

/** The vault's record in IndexedDB, the only storage of a browser that takes a `CryptoKey` without its bytes. */
export function createVaultStore(factory: IDBFactory = indexedDB): VaultStore {
  return {
    async read() {
      // Looking makes no database: after signing out none is there.
      const isThere = (await factory.databases()).some(({ name }) => name === DATABASE);
      return isThere ? inStore(factory, 'readonly', (store) => store.get(RECORD)) : undefined;
    },
    async write(record) {
      await inStore(factory, 'readwrite', (store) => store.put(record, RECORD));
    },
    async forget() {
      await inStore(factory, 'readwrite', (store) => store.delete(RECORD));
    },
  };
}

/** Opened for each use and closed again, so that nothing stands in the way of deleting the database. */
async function inStore(
  factory: IDBFactory,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const opening = factory.open(DATABASE, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
  const database = await done(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const committed = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was aborted.'));
    });
    const [result] = await Promise.all([done(act(transaction.objectStore(STORE))), committed]);
    return result;
  } finally {
    database.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The request failed.'));
  });
}

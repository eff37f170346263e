import type { UserDid } from '@oracle-calls/protocol/did';

/** Where a user's own DID and its key pair are kept, per Matrix account. */
export interface UserDidStore {
  get(userId: string): Promise<UserDid | undefined>;
  /** Keeps `made` unless another tab was quicker, and returns what is kept. */
  add(userId: string, made: UserDid): Promise<UserDid>;
}

const DATABASE = 'oracle-calls';
const STORE = 'user-dids';
const DATABASE_VERSION = 1;

/** IndexedDB takes key objects as they are: the private key is never seen by script. */
export function createIndexedDbUserDidStore(factory: IDBFactory): UserDidStore {
  return {
    async get(userId) {
      using database = await open(factory);
      return result<UserDid | undefined>(database.store('readonly').get(userId));
    },
    async add(userId, made) {
      using database = await open(factory);
      // One transaction for looking and putting: two tabs cannot both find nothing.
      const store = database.store('readwrite');
      const kept = await result<UserDid | undefined>(store.get(userId));
      if (kept !== undefined) return kept;
      await result(store.put(made, userId));
      return made;
    },
  };
}

interface OpenDatabase extends Disposable {
  store(mode: IDBTransactionMode): IDBObjectStore;
}

async function open(factory: IDBFactory): Promise<OpenDatabase> {
  const request = factory.open(DATABASE, DATABASE_VERSION);
  request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
  const database = await result(request);
  return {
    store: (mode) => database.transaction(STORE, mode).objectStore(STORE),
    [Symbol.dispose]: () => database.close(),
  };
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
  });
}

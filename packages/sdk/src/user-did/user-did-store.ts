import type { UserDid } from '@oracle-calls/protocol/did';
import { inStore, result } from '../browser-database/browser-database.ts';

/** Where a user's own DID and its key pair are kept, per Matrix account. */
export interface UserDidStore {
  get(userId: string): Promise<UserDid | undefined>;
  /** Keeps `made` unless another tab was quicker, and returns what is kept. */
  add(userId: string, made: UserDid): Promise<UserDid>;
}

/** IndexedDB takes key objects as they are: the private key is never seen by script. */
export function createIndexedDbUserDidStore(factory: IDBFactory): UserDidStore {
  return {
    get: (userId) =>
      inStore(factory, 'user-dids', 'readonly', (store) => result<UserDid | undefined>(store.get(userId))),
    // One transaction for looking and putting: two tabs cannot both find nothing.
    add: (userId, made) =>
      inStore(factory, 'user-dids', 'readwrite', async (store) => {
        const kept = await result<UserDid | undefined>(store.get(userId));
        if (kept !== undefined) return kept;
        await result(store.put(made, userId));
        return made;
      }),
  };
}

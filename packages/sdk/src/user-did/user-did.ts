import type { Did, Logger } from '@oracle-calls/protocol';
import type { UserDid } from '@oracle-calls/protocol/did';
import type { UserDidStore } from './user-did-store.ts';

export interface OwnUserDidOptions {
  /** The Matrix account that the DID stands for. */
  readonly userId: string;
  /** Absent where the browser keeps nothing: the DID then lasts as long as the page. */
  readonly store: UserDidStore | undefined;
  readonly create: () => Promise<UserDid>;
  readonly logger: Logger;
}

/** The user's own `did:key`, made when first needed and kept. */
export function createOwnUserDid({ userId, store, create, logger }: OwnUserDidOptions): () => Promise<Did> {
  let found: Promise<UserDid> | undefined;

  const find = async (): Promise<UserDid> => {
    try {
      const kept = await store?.get(userId);
      if (kept !== undefined) return kept;
      const made = await create();
      return (await store?.add(userId, made)) ?? made;
    } catch (error) {
      if (store === undefined) throw error;
      logger.warn("the user's DID cannot be kept; it lasts as long as the page");
      return create();
    }
  };

  return async () => {
    found ??= find();
    try {
      return (await found).did;
    } catch (error) {
      // The next call tries again.
      found = undefined;
      throw error;
    }
  };
}

import type { Logger } from '@oracle-calls/protocol';
import type { UserDid } from '@oracle-calls/protocol/did';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import type { UserDidStore } from './user-did-store.ts';

export interface OwnSignerOptions {
  /** The Matrix account that the DID stands for. */
  readonly userId: string;
  /** Absent where the browser keeps nothing: the DID then lasts as long as the page. */
  readonly store: UserDidStore | undefined;
  readonly create: () => Promise<UserDid>;
  readonly toSigner: (keyPair: UserDid['keyPair']) => Promise<CallSigner>;
  readonly logger: Logger;
}

/** Signs with the user's own `did:key`, which is made when first needed and kept. Its private key cannot be exported. */
export function createOwnSigner(options: OwnSignerOptions): () => Promise<CallSigner> {
  const { userId, store, create, toSigner, logger } = options;
  let found: Promise<CallSigner> | undefined;

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
    found ??= find().then(({ keyPair }) => toSigner(keyPair));
    try {
      return await found;
    } catch (error) {
      // The next call tries again.
      found = undefined;
      throw error;
    }
  };
}

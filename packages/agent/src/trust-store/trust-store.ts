import { AttemptNumbers } from './attempt-numbers.ts';
import { MemoryNumbers } from './memory-numbers.ts';
import { TrustDatabase } from './trust-database.ts';
import { UsedContexts } from './used-contexts.ts';
import { UserKeyPins } from './user-key-pins.ts';

/** What an oracle's agents remember from call to call: users' keys, used envelopes, numbers of attempts and of memories. Holds no secret. */
export interface TrustStore extends Disposable {
  readonly userKeys: Pick<UserKeyPins, 'judge' | 'knows' | 'list' | 'accept'>;
  readonly usedContexts: Pick<UsedContexts, 'use'>;
  readonly attempts: Pick<AttemptNumbers, 'next'>;
  readonly memories: Pick<MemoryNumbers, 'accept' | 'learn' | 'forget' | 'next' | 'kept'>;
}

/**
 * Opens the store in its file, which all agents of one oracle share.
 *
 * @throws {OracleCallError} `ERR_KEY_STORE` when it cannot be used
 */
export function openTrustStore(file: string): TrustStore {
  const database = new TrustDatabase(file);
  return {
    userKeys: new UserKeyPins(database),
    usedContexts: new UsedContexts(database),
    attempts: new AttemptNumbers(database),
    memories: new MemoryNumbers(database),
    [Symbol.dispose]: () => database.close(),
  };
}

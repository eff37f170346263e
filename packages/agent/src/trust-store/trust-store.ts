import { AttemptNumbers } from './attempt-numbers.ts';
import { TrustDatabase } from './trust-database.ts';
import { UsedContexts } from './used-contexts.ts';
import { UserKeyPins } from './user-key-pins.ts';

/** What an oracle's agents remember from call to call: users' keys, used envelopes, numbers of attempts. Holds no secret. */
export interface TrustStore extends Disposable {
  readonly userKeys: Pick<UserKeyPins, 'judge' | 'knows' | 'list' | 'accept'>;
  readonly usedContexts: Pick<UsedContexts, 'use'>;
  readonly attempts: Pick<AttemptNumbers, 'next'>;
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
    [Symbol.dispose]: () => database.close(),
  };
}

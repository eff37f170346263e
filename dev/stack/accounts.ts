import { join } from 'node:path';
import { keptSecret } from '../process/private-file.ts';
import type { Synapse } from '../synapse/synapse.ts';

/** An account on the stack's homeserver. */
export interface Account {
  readonly name: string;
  readonly userId: string;
  readonly password: string;
  /** Holds the password, readable by its owner alone. */
  readonly passwordFile: string;
}

/** The accounts of every stack: the oracle's own, and two people to call it. */
export const ACCOUNT_NAMES = ['oracle', 'alice', 'bob'] as const;
export type AccountName = (typeof ACCOUNT_NAMES)[number];
export type Accounts = Readonly<Record<AccountName, Account>>;

/** Makes the accounts with random passwords, kept in the state folder; later starts find them there. */
export async function seedAccounts(synapse: Synapse, stateDir: string): Promise<Accounts> {
  const seed = async (name: AccountName): Promise<Account> => {
    const passwordFile = join(stateDir, 'accounts', `${name}.password`);
    const password = await keptSecret(passwordFile);
    await synapse.ensureUser(name, password);
    return { name, userId: `@${name}:${synapse.serverName}`, password, passwordFile };
  };
  const [oracle, alice, bob] = await Promise.all([seed('oracle'), seed('alice'), seed('bob')]);
  return { oracle, alice, bob };
}

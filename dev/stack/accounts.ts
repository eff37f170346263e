import { join } from 'node:path';
import { keptSecret } from '../process/private-file.ts';
import { seedRecoveryKey } from './account-recovery.ts';
import type { Synapse } from '../synapse/synapse.ts';

/** An account on the stack's homeserver. */
export interface Account {
  readonly name: string;
  readonly userId: string;
  readonly password: string;
  /** Holds the password, readable by its owner alone. */
  readonly passwordFile: string;
}

/** Somebody who calls: their account has a cross-signing identity. The oracle makes its own. */
export interface Caller extends Account {
  /** Signs a new device of theirs. */
  readonly recoveryKey: string;
}

/** The accounts of every stack: the oracle's own, and two people to call it. */
export const ACCOUNT_NAMES = ['oracle', 'alice', 'bob'] as const;
export type AccountName = (typeof ACCOUNT_NAMES)[number];
export interface Accounts {
  readonly oracle: Account;
  readonly alice: Caller;
  readonly bob: Caller;
}

/** Makes an account with a random password, kept in the state folder. */
export async function seedAccount(synapse: Synapse, stateDir: string, name: string): Promise<Account> {
  const passwordFile = join(stateDir, 'accounts', `${name}.password`);
  const password = await keptSecret(passwordFile);
  await synapse.ensureUser(name, password);
  return { name, userId: `@${name}:${synapse.serverName}`, password, passwordFile };
}

/** Makes the accounts with random passwords and recovery keys, kept in the state folder; later starts find them there. */
export async function seedAccounts(synapse: Synapse, stateDir: string, signal?: AbortSignal): Promise<Accounts> {
  const seed = (name: AccountName): Promise<Account> => seedAccount(synapse, stateDir, name);
  const seedCaller = async (name: AccountName): Promise<Caller> => {
    const account = await seed(name);
    const recoveryKeyFile = join(stateDir, 'accounts', `${name}.recovery-key`);
    const homeserverUrl = synapse.baseUrl;
    return { ...account, recoveryKey: await seedRecoveryKey({ ...account, homeserverUrl, recoveryKeyFile, signal }) };
  };
  const [oracle, alice, bob] = await Promise.all([seed('oracle'), seedCaller('alice'), seedCaller('bob')]);
  return { oracle, alice, bob };
}

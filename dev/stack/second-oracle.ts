import { join } from 'node:path';
import { keptSecret } from '../process/private-file.ts';
import type { Synapse } from '../synapse/synapse.ts';
import { seedAccount } from './accounts.ts';
import type { Account } from './accounts.ts';
import { makeOracleIdentity } from './oracle-identity.ts';
import type { OracleIdentity } from './oracle-identity.ts';

/** The DID of a stack's second oracle; the local resolver alone knows it. */
export const SECOND_ORACLE_DID = 'did:ixo:second-oracle';

/** Another oracle on the same backend: an account, keys and an API key of its own. */
export interface SecondOracle {
  readonly did: string;
  readonly account: Account;
  readonly identity: OracleIdentity;
  /** The name by which the backend calls its agents. */
  readonly agentName: string;
}

export interface SecondOracleOptions {
  readonly stateDir: string;
  readonly synapse: Synapse;
  readonly backendUrl: string;
  readonly didDocumentsDir: string;
}

/** Makes it at the first start; later ones find it in the state folder. */
export async function makeSecondOracle({
  stateDir,
  synapse,
  backendUrl,
  didDocumentsDir,
}: SecondOracleOptions): Promise<SecondOracle> {
  const account = await seedAccount(synapse, stateDir, 'second-oracle');
  const identity = await makeOracleIdentity({
    stateDir,
    didDocumentsDir,
    matrixUserId: account.userId,
    backendUrl,
    did: SECOND_ORACLE_DID,
    folder: 'second-oracle',
  });
  const agentName = await keptSecret(join(stateDir, 'second-agent-name'));
  return { did: identity.did, account, identity, agentName };
}

/**
 * One idea: an oracle gets new keys and nobody is alarmed, because the old ones have signed that. This is the operator's side, in Node; the command line does
 * the same by `oracle-calls rotate-keys`.
 */
import { rotateOracleKeys } from 'oracle-calls/keygen';

export interface RotateKeysOptions {
  /** Where `oracle-calls keygen` wrote the oracle's keys. */
  readonly keysFolder: string;
  /** Puts the DID document where the DID's method finds it. */
  readonly publish: (didDocumentFile: string) => Promise<void>;
  /** Gives the agents the new private keys and restarts them. They finish the calls that they hold. */
  readonly installOnAgents: (oracleKeyFile: string) => Promise<void>;
}

/** Rotates the keys that receive calls. Callers see it as a notice: `call.on('keysRotated', …)`. */
export async function rotateKeys({ keysFolder, publish, installOnAgents }: RotateKeysOptions): Promise<number> {
  const { oracleKeyFile, didDocumentFile, sequence } = await rotateOracleKeys({ folder: keysFolder });
  await publish(didDocumentFile);
  // An agent starts only with the keys that the published document shows.
  await installOnAgents(oracleKeyFile);
  return sequence;
}

import { existsSync } from 'node:fs';
import { openTrustStore } from '@oracle-calls/agent/trust-store';
import type { KnownUser, TrustStore } from '@oracle-calls/agent/trust-store';
import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import { parseDid } from '@oracle-calls/protocol/did';
import type { Command } from 'commander';

interface StoreFlags {
  readonly store: string;
}

const HELP = `
A user's key is remembered at the first call. When the user's DID then shows another key without a rotation that the
known key has signed, calls of that user are refused: somebody may have taken over the DID, or stands in for its resolver.

Ask the user, over a channel that you trust, for the key that the DID document shows now. Only when it is the one that
"trust list" shows as refused, accept it by name.`;

/** Adds `trust` to the command line; `write` gets what goes to stdout. */
export function addTrustCommand(program: Command, write: (text: string) => void): void {
  const trust = program
    .command('trust')
    .summary("look at the users' keys that an oracle's agents know")
    .description("The users' keys that an oracle's agents know.")
    .addHelpText('after', HELP);
  trust
    .command('list')
    .summary('list the users whose keys are known')
    .requiredOption('--store <file>', "the agent's trustStoreFile")
    .action(({ store }: StoreFlags) => {
      using opened = open(store);
      write(opened.userKeys.list().map(describe).join('') || 'No user is known yet.\n');
    });
  trust
    .command('accept')
    .summary("accept a user's changed key")
    .argument('<did>', "the user's DID")
    .requiredOption('--key <hex>', 'the refused key, as `trust list` shows it and the user confirms it')
    .requiredOption('--store <file>', "the agent's trustStoreFile")
    .action((did: string, { store, key }: StoreFlags & { readonly key: string }) => {
      using opened = open(store);
      const pin = opened.userKeys.accept(parseDid(did), key.toLowerCase(), systemClock.now());
      write(`The key of ${pin.did} is now ${pin.signingKey.publicKeyHex}.\n`);
    });
}

/** Opens a store that is there: a mistyped name must not make an empty one. */
function open(file: string): TrustStore {
  if (!existsSync(file)) throw new OracleCallError('ERR_KEY_STORE', `${file} is not there.`);
  return openTrustStore(file);
}

function describe({ did, pin, refused, seenAt }: KnownUser): string {
  const lines: string[] = [did, `  known    ${keyOf(pin)}   (last call ${new Date(seenAt).toISOString()})`];
  if (refused !== undefined) lines.push(`  REFUSED  ${keyOf(refused)}`);
  return `${lines.join('\n')}\n`;
}

function keyOf({ signingKey }: KnownUser['pin']): string {
  return `${signingKey.algorithm} ${signingKey.publicKeyHex}`;
}

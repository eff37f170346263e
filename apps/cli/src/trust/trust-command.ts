import { existsSync } from 'node:fs';
import type { KnownUser, TrustStore } from '@oracle-calls/agent/trust-store';
import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import type { Did } from '@oracle-calls/protocol';
import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { didValue } from '../terminal/option-values.ts';
import { jsonLine } from '../terminal/output.ts';

interface StoreFlags {
  readonly store: string;
  readonly json?: boolean;
}

const HELP = `
A user's key is remembered at the first call. When the user's DID then shows
another key without a rotation that the known key has signed, calls of that user
are refused: somebody may have taken over the DID, or stands in for its
resolver.

Ask the user, over a channel that you trust, for the key that the DID document
shows now. Only when it is the one that "trust list" shows as refused, accept it
by name.`;

/** Adds `trust` to the command line; `write` gets what goes to stdout. */
export function addTrustCommand(program: Command, write: (text: string) => void): void {
  const trust = program
    .command('trust')
    .summary("look at the users' keys that an oracle's agents know")
    .description("The users' keys that an oracle's agents know.")
    .addHelpText('after', HELP);
  withExamples(trust, ['oracle-calls trust list --store agent/trust/trust.db']);
  const list = trust
    .command('list')
    .summary('list the users whose keys are known')
    .description('Lists the users whose keys are known, and the keys that were refused since.')
    .requiredOption('--store <file>', "the agent's trustStoreFile")
    .option('--json', 'print one JSON array')
    .action(async ({ store, json = false }: StoreFlags) => {
      using opened = await open(store);
      const known = opened.userKeys.list();
      write(json ? jsonLine(known.map(toJson)) : known.map(describe).join('') || 'No user is known yet.\n');
    });
  withExamples(list, ['oracle-calls trust list --store agent/trust/trust.db --json']);
  const accept = trust
    .command('accept')
    .summary("accept a user's changed key")
    .description("Accepts a user's changed key, so that calls of that user are answered again.")
    .argument('<did>', "the user's DID", didValue)
    .requiredOption('--key <hex>', 'the refused key, as `trust list` shows it and the user confirms it')
    .requiredOption('--store <file>', "the agent's trustStoreFile")
    .option('--json', 'print one JSON object')
    .action(async (did: Did, { store, key, json = false }: StoreFlags & { readonly key: string }) => {
      using opened = await open(store);
      const pin = opened.userKeys.accept(did, key.toLowerCase(), systemClock.now());
      const { algorithm, publicKeyHex } = pin.signingKey;
      write(
        json
          ? jsonLine({ did: pin.did, key: { algorithm, publicKeyHex } })
          : `The key of ${pin.did} is now ${publicKeyHex}.\n`,
      );
    });
  withExamples(accept, ['oracle-calls trust accept did:ixo:alice --key <hex> \\\n--store agent/trust/trust.db']);
}

/** Opens a store that is there: a mistyped name must not make an empty one. */
async function open(file: string): Promise<TrustStore> {
  if (!existsSync(file)) throw new OracleCallError('ERR_KEY_STORE', `${file} is not there.`);
  const { openTrustStore } = await import('@oracle-calls/agent/trust-store');
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

function toJson({ did, pin, refused, seenAt }: KnownUser): object {
  const key = ({ signingKey }: KnownUser['pin']): object => ({
    algorithm: signingKey.algorithm,
    publicKeyHex: signingKey.publicKeyHex,
  });
  return {
    did,
    known: key(pin),
    ...(refused && { refused: key(refused) }),
    lastCallAt: new Date(seenAt).toISOString(),
  };
}

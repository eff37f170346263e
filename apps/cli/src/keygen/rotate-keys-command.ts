import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { jsonLine } from '../terminal/output.ts';
import { rotateOracleKeys, type RotatedOracleKeys } from './rotate-oracle-keys.ts';

interface RotateKeysFlags {
  readonly keys: string;
  readonly identity?: boolean;
  readonly json?: boolean;
}

const HELP = `
Reads oracle.key.json and did.json as keygen wrote them, makes new keys that
receive calls (with --identity also the one that signs), and writes both files
anew. The document says, signed with the identity key of before, that the new
keys take the place of the old ones: callers who know the oracle are told and
need not decide anything. The API key stays.

Use it on a calendar, and at once when the machine of the agent may have been
read. When the identity key itself may be stolen, a rotation proves nothing:
whoever has it can sign one too. Then make new keys with keygen --force and
tell your callers over another channel.`;

function describe({ did, sequence, oracleKeyFile, formerKeyFile, didDocumentFile }: RotatedOracleKeys): string {
  return `Rotation ${sequence} of ${did}:

  private keys    ${oracleKeyFile}   (secret)
  those before    ${formerKeyFile}   (secret)
  DID document    ${didDocumentFile}

Next:

1. Publish the DID document.
2. Right after, give the agents the new private keys and restart them: they
   finish the calls that they hold, and start only with the keys that the
   published document shows. Calls that are placed in between fail with a
   clear error and work when placed again.
3. Delete the keys of before once no published document shows them.
`;
}

/** Adds `rotate-keys` to the command line; `write` gets what goes to stdout. */
export function addRotateKeysCommand(program: Command, write: (text: string) => void): void {
  const command = program
    .command('rotate-keys')
    .summary('give an oracle new keys, signed with those of before')
    .description('Makes new keys for an oracle, and the DID document that says so.')
    .requiredOption('--keys <folder>', 'the folder that keygen wrote')
    .option('--identity', 'the identity key too')
    .option('--json', 'print the paths as one JSON object')
    .addHelpText('after', HELP)
    .action(async ({ keys, identity, json }: RotateKeysFlags) => {
      const rotated = await rotateOracleKeys({ folder: keys, identity });
      write(json === true ? jsonLine(rotated) : describe(rotated));
    });
  withExamples(command, [
    'oracle-calls rotate-keys --keys keys/',
    'oracle-calls rotate-keys --keys keys/ --identity --json',
  ]);
}

import type { Command } from 'commander';
import { generateOracleFiles, type OracleFiles } from './generate-oracle-files.ts';

interface KeygenFlags {
  readonly did: string;
  readonly matrix: string;
  readonly backendUrl: string;
  readonly out: string;
  readonly singleKey?: boolean;
  readonly json?: boolean;
  readonly force?: boolean;
}

const HELP = `
Writes four files:
  oracle.key.json        the oracle's private keys (mode 0600), for the agent only; back it up
  did.json               the DID document to publish under the DID
  agent-api-key          the agent's key for the backend (mode 0600)
  agent-api-key.sha256   its hash, for the backend's configuration

Three independent keys are made: X25519 opens calls, Ed25519 signs as the oracle, secp256k1 opens calls of the older
protocol. --single-key makes one secp256k1 key for everything, as ixo's DID documents have it: whoever steals it can then
also stand between the two ends of a call.

No secret is ever printed. --force replaces the keys: envelopes sealed to the old ones no longer open, and callers who know
the oracle are warned that its keys have changed.

Example:
  oracle-calls keygen --did did:ixo:my-oracle --matrix @oracle:example.org \\
    --backend-url https://calls.example.org --out keys/`;

function describe(files: OracleFiles): string {
  return [
    `Keys of ${files.did}:`,
    `  private keys       ${files.oracleKeyFile}   (secret: agent only)`,
    `  DID document       ${files.didDocumentFile}   (publish it)`,
    `  agent API key      ${files.agentApiKeyFile}   (secret: agent only)`,
    `  its SHA-256        ${files.agentApiKeyHashFile}   (for the backend's agentKeys)`,
    '',
  ].join('\n');
}

/** Adds `keygen` to the command line; `write` gets what goes to stdout. */
export function addKeygenCommand(program: Command, write: (text: string) => void): void {
  program
    .command('keygen')
    .summary('make the keys and the DID document of an oracle')
    .description("Makes an oracle's keys, its DID document and an agent API key.")
    .requiredOption('--did <did>', "the oracle's DID, such as did:ixo:… or did:web:…")
    .requiredOption('--matrix <userId>', "the oracle's Matrix account, such as @oracle:example.org")
    .requiredOption('--backend-url <url>', "where callers reach the oracle's backend")
    .requiredOption('--out <folder>', 'folder for the files; made when missing')
    .option('--single-key', 'one secp256k1 key for everything, as ixo documents have it')
    .option('--json', 'print the paths as one JSON object')
    .option('--force', 'replace files that are already there')
    .addHelpText('after', HELP)
    .action(async (flags: KeygenFlags) => {
      const { did, matrix, backendUrl, out, singleKey, json, force } = flags;
      const keySet = singleKey === true ? 'single' : 'independent';
      const files = await generateOracleFiles({ did, matrixUserId: matrix, backendUrl, outDir: out, keySet, force });
      write(json === true ? `${JSON.stringify(files)}\n` : describe(files));
    });
}

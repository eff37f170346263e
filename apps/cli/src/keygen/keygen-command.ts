import { didWebUrl } from '@oracle-calls/protocol/did';
import type { Command } from 'commander';
import { withExamples } from '../terminal/examples.ts';
import { didValue, matrixUserValue, serverUrlValue } from '../terminal/option-values.ts';
import { jsonLine } from '../terminal/output.ts';
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
  oracle.key.json        the oracle's private keys (mode 0600), for the agent
                         only; back it up
  did.json               the DID document, to publish under the DID
  agent-api-key          the agent's key for the backend (mode 0600)
  agent-api-key.sha256   its hash, for the backend's configuration

Three independent keys are made: X25519 opens calls, Ed25519 signs as the
oracle, secp256k1 opens calls of the older protocol. --single-key makes one
secp256k1 key for everything, as ixo's DID documents have it: whoever steals it
can then also stand between the two ends of a call.

No secret is ever printed. --force replaces the keys: envelopes sealed to the
old ones no longer open, and callers who know the oracle are warned that its
keys have changed.`;

/**
 * Where a DID document goes, by the method of the DID.
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED` for a did:web that is no address
 */
function placeOf(did: string): string {
  const [, method = '', ...id] = did.split(':');
  return method === 'web' ? didWebUrl(id.join(':')).href : `the registry of did:${method}, as its tools say`;
}

function describe(files: OracleFiles, place: string, backendUrl: string, matrixUserId: string): string {
  const agentKey = { id: 'agent-1', oracleDid: files.did, sha256: files.agentApiKeySha256 };
  return `Made the keys of ${files.did}:

  private keys    ${files.oracleKeyFile}   (secret)
  agent API key   ${files.agentApiKeyFile}   (secret)
  its SHA-256     ${files.agentApiKeyHashFile}
  DID document    ${files.didDocumentFile}

Next:

1. Publish the DID document at
     ${place}
   It says that the oracle is ${matrixUserId} at
     ${backendUrl}
2. agent.json, on the agent's machine. The two secret files go there and
   nowhere else; keep a copy of the private keys in a safe place.
     "oracleDid": ${JSON.stringify(files.did)},
     "backendUrl": ${JSON.stringify(backendUrl)},
     "oracleKeyFile": ${JSON.stringify(files.oracleKeyFile)},
     "apiKeyFile": ${JSON.stringify(files.agentApiKeyFile)}
3. backend.json, on the backend's machine. It gets the hash, not the key.
     "oracleDid": ${JSON.stringify(files.did)},
     "agentKeys": [${JSON.stringify(agentKey)}]
4. See that all fits together:
     oracle-calls doctor --backend backend.json --agent agent.json
`;
}

/** Adds `keygen` to the command line; `write` gets what goes to stdout. */
export function addKeygenCommand(program: Command, write: (text: string) => void): void {
  const command = program
    .command('keygen')
    .summary('make the keys and the DID document of an oracle')
    .description("Makes an oracle's keys, its DID document and an agent API key.")
    .requiredOption('--did <did>', "the oracle's DID, such as did:ixo:… or did:web:…", didValue)
    .requiredOption('--matrix <userId>', "the oracle's Matrix account, such as @oracle:example.org", matrixUserValue)
    .requiredOption('--backend-url <url>', "where callers reach the oracle's backend", serverUrlValue)
    .requiredOption('--out <folder>', 'folder for the files; made when missing')
    .option('--single-key', 'one secp256k1 key for everything, as ixo documents have it')
    .option('--json', 'print the paths as one JSON object')
    .option('--force', 'replace files that are already there')
    .addHelpText('after', HELP)
    .action(async (flags: KeygenFlags) => {
      const { did, matrix, backendUrl, out, singleKey, json, force } = flags;
      // Before anything is written: nobody could publish the document of a DID that this refuses.
      const place = placeOf(did);
      const keySet = singleKey === true ? 'single' : 'independent';
      const files = await generateOracleFiles({ did, matrixUserId: matrix, backendUrl, outDir: out, keySet, force });
      write(json === true ? jsonLine(files) : describe(files, place, backendUrl, matrix));
    });
  withExamples(command, [
    'oracle-calls keygen --did did:ixo:my-oracle --matrix @oracle:example.org \\\n--backend-url https://calls.example.org --out keys/',
    'oracle-calls keygen --did did:web:oracle.example.org \\\n--matrix @oracle:example.org --backend-url https://calls.example.org \\\n--out keys/ --json',
  ]);
}

/** Resolves the DID in the first argument and prints `{ did, backendUrl }` or `{ code }`: what the did:web test runs. */
import { isOracleCallError } from '../errors/oracle-call-error.ts';
import { createDidResolver } from './did-resolver.ts';
import { resolveOracle } from './resolve-oracle.ts';

const [, , did = ''] = process.argv;
const resolver = createDidResolver({ allowPrivateAddresses: true });
const result = await resolveOracle(did, resolver, { allowPrivateAddresses: true }).then(
  (oracle) => ({ did: oracle.did, backendUrl: oracle.backendUrl }),
  (error: unknown) => ({ code: isOracleCallError(error) ? error.code : String(error) }),
);
process.stdout.write(JSON.stringify(result));

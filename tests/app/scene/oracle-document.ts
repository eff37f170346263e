import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOracleDidDocument, createDidResolver, parseDid, resolveOracle } from '@oracle-calls/protocol/did';
import { createOracleKeyPair } from '@oracle-calls/protocol/envelope';
import type { Stack } from '../../../dev/stack/stack.ts';

/**
 * Publishes another key in the oracle's DID document, as whoever took over its name would, until the result is disposed. Who
 * has called before sees a changed key; who has not seals to a key that the oracle cannot open.
 */
export async function publishAnotherKey({ paths, oracleDid, didResolverUrl }: Stack): Promise<AsyncDisposable> {
  const path = join(paths.didDocumentsDir, 'oracle.json');
  const honest = await readFile(path, 'utf8');
  const resolver = createDidResolver({ ixoResolverUrl: didResolverUrl, allowPrivateAddresses: true });
  const { matrixUserId, backendUrl } = await resolveOracle(oracleDid, resolver, { allowPrivateAddresses: true });
  const { publicKey } = createOracleKeyPair();
  const document = buildOracleDidDocument({ did: parseDid(oracleDid), publicKey, matrixUserId, backendUrl });
  await writeFile(path, JSON.stringify(document));
  return { [Symbol.asyncDispose]: () => writeFile(path, honest) };
}

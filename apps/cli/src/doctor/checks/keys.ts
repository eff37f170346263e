import { readFile } from 'node:fs/promises';
import { destroyOracleKey, PRIVATE_KEY_VARIABLE, readOracleKey } from '@oracle-calls/agent/oracle-key';
import { isOracleCallError } from '@oracle-calls/protocol';
import { createDidResolver, parseDid, resolveStrictOracle, type StrictOracle } from '@oracle-calls/protocol/did';
import { parseOracleKeyFile, type OracleKey } from '@oracle-calls/protocol/envelope';
import { ownOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps } from '../installation.ts';

const codeOf = (error: unknown): string => {
  if (isOracleCallError(error)) return error.code;
  throw error;
};

/** The key that the agent would use, for `work`, and wiped afterwards. */
async function withKey(
  deps: CheckDeps,
  work: (key: OracleKey, source: string) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const agent = deps.installation.agentConfig?.config;
  if (agent === undefined) return skipped('the keys are named in agent.json (--agent)');
  const { oracleKeyFile, oracleDid } = agent;
  const source = oracleKeyFile ?? PRIVATE_KEY_VARIABLE;
  let key: OracleKey;
  try {
    key =
      oracleKeyFile === undefined
        ? await readOracleKey({ oracleDid }, process.env)
        : parseOracleKeyFile(await readFile(oracleKeyFile, 'utf8'));
  } catch {
    // Without the cause, which may quote the file.
    return failed(
      `${source} cannot be read as an oracle's private keys`,
      'Name the oracle.key.json that keygen wrote, or restore it from its copy.',
    );
  }
  try {
    return await work(key, source);
  } finally {
    destroyOracleKey(key);
  }
}

async function judgeFile(deps: CheckDeps): Promise<Outcome> {
  return await withKey(deps, (key, source) => {
    const did = deps.installation.oracleDid;
    if (key.did === did) return ok(`${source} holds the private keys of ${key.did}`);
    return failed(
      `${source} holds keys of ${key.did}, not of ${did ?? 'the oracle'}`,
      'Name the key file of this oracle in oracleKeyFile.',
    );
  });
}

interface Resolved {
  readonly oracle?: StrictOracle;
  readonly code?: string;
}

/** Resolves the oracle's DID as callers do, once for all who ask. */
function resolverOf({ installation, clock }: CheckDeps): (signal: AbortSignal) => Promise<Resolved | undefined> {
  let resolved: Promise<Resolved> | undefined;
  const { oracleDid, didResolverUrl, allowPrivateAddresses } = installation;
  return async (signal) => {
    if (oracleDid === undefined) return undefined;
    const resolver = createDidResolver({ ixoResolverUrl: didResolverUrl, allowPrivateAddresses, clock });
    resolved ??= resolveStrictOracle(parseDid(oracleDid), resolver, { allowPrivateAddresses, signal }).then(
      (oracle): Resolved => ({ oracle }),
      (error: unknown): Resolved => ({ code: codeOf(error) }),
    );
    return await resolved;
  };
}

/** What to do about each way in which a document cannot be had. */
const DOCUMENT_MENDS: Readonly<Record<string, string>> = {
  ERR_DID_NOT_RESOLVED: 'Publish did.json under the DID, and see that didResolverUrl is a resolver that answers.',
  ERR_DID_UNSUPPORTED:
    'This kind of DID or its address is not accepted: did:ixo needs didResolverUrl, private addresses need allowPrivateAddresses.',
  ERR_DID_DOCUMENT: 'Publish the did.json that keygen wrote: the document lacks a key or a service that a call needs.',
  ERR_ENVELOPE_UNSUPPORTED:
    'Publish the did.json that keygen wrote: the document offers no key that calls can be sealed to.',
};

async function judgeDocument(resolve: ReturnType<typeof resolverOf>, signal: AbortSignal): Promise<Outcome> {
  const resolved = await resolve(signal);
  if (resolved === undefined) return skipped('the oracle’s DID is not known (--backend, --agent or --did)');
  if (resolved.oracle === undefined) {
    const { code = '' } = resolved;
    return failed(
      `The DID document cannot be used (${code})`,
      DOCUMENT_MENDS[code] ?? 'See docs/errors.md for the code.',
    );
  }
  const { did, keys } = resolved.oracle;
  if (!keys.areIndependent) {
    const mend =
      'This is how ixo documents are. Whoever steals that key can also stand between the ends of later calls: where you can, use keygen without --single-key.';
    return warning(`One key of ${did} serves both for sealing and for signing`, mend);
  }
  return ok(`${did} offers ${keys.envelopeKey.suite} for calls and ${keys.identityKey.algorithm} as its identity`);
}

async function judgeMatch(
  deps: CheckDeps,
  resolve: ReturnType<typeof resolverOf>,
  signal: AbortSignal,
): Promise<Outcome> {
  const resolved = await resolve(signal);
  const oracle = resolved?.oracle;
  if (oracle === undefined) return skipped('there is no DID document to compare with');
  return await withKey(deps, (key, source) => {
    try {
      ownOracleKeys(key, oracle.keys);
      return ok('the key file has the private halves of what the document offers');
    } catch (error) {
      codeOf(error);
      const mend =
        'Publish the did.json that was made with this key file, or name the key file that belongs to the document. After keygen --force both are new.';
      return failed(`${source} and the published DID document do not belong together`, mend);
    }
  });
}

async function judgeServices(
  { installation }: CheckDeps,
  resolve: ReturnType<typeof resolverOf>,
  signal: AbortSignal,
): Promise<Outcome> {
  const oracle = (await resolve(signal))?.oracle;
  if (oracle === undefined) return skipped('there is no DID document to compare with');
  const userId = installation.oracle?.matrix.userId;
  const backendUrl = installation.agentConfig?.config?.backendUrl;
  if (userId !== undefined && userId !== oracle.matrixUserId) {
    const mend =
      'Callers invite the account of the document: correct matrix.userId, or publish a document with this account.';
    return failed(`The document names ${oracle.matrixUserId}, backend.json ${userId}`, mend);
  }
  const isOther = backendUrl !== undefined && new URL(backendUrl).href !== new URL(oracle.backendUrl).href;
  if (isOther) {
    const mend =
      'This is right when the agent reaches the backend by another address than callers do, and a mistake otherwise.';
    return warning(`The document sends callers to ${oracle.backendUrl}, the agent goes to ${backendUrl}`, mend);
  }
  return ok(`the document leads to ${oracle.matrixUserId} and ${oracle.backendUrl}`);
}

export function keyChecks(deps: CheckDeps): Check[] {
  const resolve = resolverOf(deps);
  return [
    { id: 'keys.file', title: 'Key file', run: () => judgeFile(deps) },
    { id: 'keys.document', title: 'DID document', run: (signal) => judgeDocument(resolve, signal) },
    { id: 'keys.match', title: 'Match', run: (signal) => judgeMatch(deps, resolve, signal) },
    { id: 'keys.services', title: 'Services', run: (signal) => judgeServices(deps, resolve, signal) },
  ];
}

import type { Clock, Did } from '@oracle-calls/protocol';
import { didSchema } from '@oracle-calls/protocol';
import { resolveStrictOracle } from '@oracle-calls/protocol/did';
import type { OracleKeys } from '@oracle-calls/protocol/did';
import { ENVELOPE_SUITES } from '@oracle-calls/protocol/signed-envelope';
import { SIGNING_ALGORITHMS } from '@oracle-calls/protocol/signing';
import * as v from 'valibot';
import { retrying } from '../job/backend/retry.ts';
import type { RetryLimits } from '../job/backend/retry.ts';
import { agentDidResolver } from './did-resolver.ts';
import type { DidSettings } from './did-resolver.ts';

/** A resolver that starts beside the agent may need a moment. */
const RESOLVE_RETRY: RetryLimits = { withinMs: 15_000, firstPauseMs: 250, maxPauseMs: 2_000 };

const publicKeySchema = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{64}|[0-9a-f]{66})$/, 'a public key in hex'));

/** What the oracle's own DID document says, as plain JSON: public, for the jobs of a worker. */
export const ownDocumentSchema = v.object({
  did: didSchema,
  matrixUserId: v.string(),
  envelopeKey: v.object({ methodId: v.string(), suite: v.picklist(ENVELOPE_SUITES), publicKeyHex: publicKeySchema }),
  identityKey: v.object({
    methodId: v.string(),
    algorithm: v.picklist(SIGNING_ALGORITHMS),
    publicKeyHex: publicKeySchema,
  }),
  areIndependent: v.boolean(),
  offersXWing: v.boolean(),
});
export type OwnDocument = v.InferOutput<typeof ownDocumentSchema>;

/**
 * Resolves the oracle's own DID, once, when a worker starts.
 *
 * @throws {OracleCallError} `ERR_DID_…`, `ERR_ENVELOPE_UNSUPPORTED` when the document offers no key that receives
 */
export async function resolveOwnDocument(
  did: Did,
  settings: DidSettings,
  clock: Clock,
  signal: AbortSignal,
): Promise<OwnDocument> {
  const { allowPrivateAddresses } = settings;
  const resolver = agentDidResolver(settings);
  const resolve = (): ReturnType<typeof resolveStrictOracle> =>
    resolveStrictOracle(did, resolver, { allowPrivateAddresses, signal });
  const { keys, matrixUserId } = await retrying(resolve, RESOLVE_RETRY, clock, signal);
  return toOwnDocument(keys, matrixUserId);
}

export function toOwnDocument(keys: OracleKeys, matrixUserId: string): OwnDocument {
  const { did, envelopeKey, identityKey, areIndependent, offersXWing } = keys;
  return {
    did,
    matrixUserId,
    envelopeKey: {
      methodId: envelopeKey.methodId,
      suite: envelopeKey.suite,
      publicKeyHex: hexOf(envelopeKey.publicKey),
    },
    identityKey: {
      methodId: identityKey.methodId,
      algorithm: identityKey.algorithm,
      publicKeyHex: hexOf(identityKey.publicKey),
    },
    areIndependent,
    offersXWing,
  };
}

/** The keys that the document offers, back from JSON. */
export function offeredKeysOf({ envelopeKey, identityKey, ...rest }: OwnDocument): OracleKeys {
  return {
    did: rest.did,
    envelopeKey: { ...named(envelopeKey), suite: envelopeKey.suite },
    identityKey: { ...named(identityKey), algorithm: identityKey.algorithm },
    areIndependent: rest.areIndependent,
    offersXWing: rest.offersXWing,
  };
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const named = (key: { methodId: string; publicKeyHex: string }): { methodId: string; publicKey: Uint8Array } => ({
  methodId: key.methodId,
  publicKey: new Uint8Array(Buffer.from(key.publicKeyHex, 'hex')),
});

import type { Resolvable } from 'did-resolver';
import { type Clock, systemClock } from '../clock.ts';
import { isOracleCallError, OracleCallError } from '../errors/oracle-call-error.ts';
import type { AddressPolicy } from './address-policy.ts';
import { withinDeadline } from './deadline.ts';
import { type Did, parseDid } from './did.ts';
import { DID_TIMEOUT_MS } from './did-resolver.ts';
import { pickEnvelopeKey } from './document-keys.ts';
import { checkBackendUrl, isMatrixUserId, readBackendUrl, readMatrixUserId } from './document-services.ts';
import { readResolution } from './resolution.ts';

/** What an oracle's DID says that a call needs. */
export interface ResolvedOracle {
  readonly did: Did;
  /** The oracle's Matrix account, such as `@oracle:example.org`. */
  readonly matrixUserId: string;
  /** Base address of the oracle's backend, without a closing slash. */
  readonly backendUrl: string;
  /** secp256k1 public key to which call keys are sealed: compressed, 33 bytes. */
  readonly envelopePublicKey: Uint8Array;
  /** DID URL of that key in the document. */
  readonly keyId: string;
}

/** What the application knows better than the document; needed for a `did:key`, which has no services. */
export interface OracleOverrides {
  readonly matrixUserId?: string | undefined;
  readonly backendUrl?: string | undefined;
}

export interface ResolveOracleOptions extends AddressPolicy {
  readonly signal?: AbortSignal | undefined;
  readonly overrides?: OracleOverrides | undefined;
  /** Bound of the whole resolution, in milliseconds, also for resolvers that have none of their own. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

function checkOverrides({ matrixUserId, backendUrl }: OracleOverrides, policy: AddressPolicy): OracleOverrides {
  if (matrixUserId !== undefined && !isMatrixUserId(matrixUserId)) {
    throw new TypeError('overrides.matrixUserId is not a Matrix user id.');
  }
  if (backendUrl === undefined) return { matrixUserId };
  const checked = checkBackendUrl(backendUrl, policy);
  if ('problem' in checked) throw new TypeError(`overrides.backendUrl cannot be used: ${checked.problem}.`);
  return { matrixUserId, backendUrl: checked.url };
}

/**
 * Resolves an oracle's DID to its Matrix account, its backend and the key to which call keys are sealed.
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED`, `ERR_DID_UNSUPPORTED`, `ERR_DID_NOT_RESOLVED` (retryable), `ERR_DID_DOCUMENT`,
 *   `ERR_ENVELOPE_UNSUPPORTED` when the document has no secp256k1 key; an abort rethrows `signal.reason`
 * @throws {TypeError} when an override cannot be used
 */
export async function resolveOracle(
  did: string,
  resolver: Resolvable,
  options: ResolveOracleOptions = {},
): Promise<ResolvedOracle> {
  const { signal, clock = systemClock, timeoutMs = DID_TIMEOUT_MS } = options;
  const overrides = checkOverrides(options.overrides ?? {}, options);
  const oracleDid = parseDid(did);
  const result = await withinDeadline({ clock, timeoutMs, signal }, async (inner) => {
    try {
      return await resolver.resolve(oracleDid, { signal: inner });
    } catch (cause) {
      inner.throwIfAborted();
      if (isOracleCallError(cause)) throw cause;
      throw new OracleCallError('ERR_DID_NOT_RESOLVED', undefined, { cause });
    }
  });
  const document = readResolution(oracleDid, result);
  const { keyId, publicKey } = pickEnvelopeKey(document);
  return {
    did: oracleDid,
    matrixUserId: overrides.matrixUserId ?? readMatrixUserId(document),
    backendUrl: overrides.backendUrl ?? readBackendUrl(document, options),
    envelopePublicKey: publicKey,
    keyId,
  };
}

import type { DIDDocument, Resolvable } from 'did-resolver';
import { type Clock, systemClock } from '../clock.ts';
import { isOracleCallError, OracleCallError } from '../errors/oracle-call-error.ts';
import { withinDeadline } from './deadline.ts';
import { type Did, parseDid } from './did.ts';
import { DID_TIMEOUT_MS } from './did-resolver.ts';
import { readResolution } from './resolution.ts';

export interface ResolveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bound of the whole resolution, in milliseconds, also for resolvers that have none of their own. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * The DID document of a DID, from any resolver, within a bound.
 *
 * @throws {OracleCallError} `ERR_DID_MALFORMED`, `ERR_DID_UNSUPPORTED`, `ERR_DID_NOT_RESOLVED` (retryable), `ERR_DID_DOCUMENT`;
 *   an abort rethrows `signal.reason`
 */
export async function resolveDocument(
  did: string,
  resolver: Resolvable,
  { signal, clock = systemClock, timeoutMs = DID_TIMEOUT_MS }: ResolveOptions,
): Promise<{ readonly did: Did; readonly document: DIDDocument }> {
  const parsed = parseDid(did);
  const result = await withinDeadline({ clock, timeoutMs, signal }, async (inner) => {
    try {
      return await resolver.resolve(parsed, { signal: inner });
    } catch (cause) {
      inner.throwIfAborted();
      if (isOracleCallError(cause)) throw cause;
      throw new OracleCallError('ERR_DID_NOT_RESOLVED', undefined, { cause });
    }
  });
  return { did: parsed, document: readResolution(parsed, result) };
}

import { Resolver, type ResolverRegistry } from 'did-resolver';
import { getResolver as getKeyResolver } from 'key-did-resolver';
import { type Clock, systemClock } from '../clock.ts';
import type { AddressPolicy } from './address-policy.ts';
import { createDidIxoMethod } from './did-ixo.ts';
import { createDidWebMethod } from './did-web.ts';
import type { FetchDocument, FetchDocumentOptions } from './fetch-document.ts';

/** How long a resolver may take, in milliseconds: twice what a slow mobile network needs for one small answer. */
export const DID_TIMEOUT_MS = 5_000;

export interface DidResolverOptions extends AddressPolicy {
  /** Base address of the HTTP resolver for `did:ixo`. Without it, `did:ixo` is not supported. */
  readonly ixoResolverUrl?: string | undefined;
  /** More methods, or others in place of the built-in ones. */
  readonly methods?: ResolverRegistry | undefined;
  /** The platform's `fetch` when absent. */
  readonly fetch?: FetchDocument | undefined;
  /** Bound of one resolution, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * A standard `did-resolver` for `did:key`, `did:web` and, with an address, `did:ixo`. Runs in browsers and in Node. Failures
 * are words in the result, as the standard wants; pass `{ signal }` to `resolve` to give up.
 *
 * @example
 *   const resolver = createDidResolver({ ixoResolverUrl: 'https://resolver.example.org' });
 *   const oracle = await resolveOracle(parseDid('did:ixo:oracle456'), resolver);
 * @throws {TypeError} when `ixoResolverUrl` cannot be used
 */
export function createDidResolver(options: DidResolverOptions = {}): Resolver {
  const { ixoResolverUrl, methods = {}, allowPrivateAddresses = false, timeoutMs = DID_TIMEOUT_MS } = options;
  const fetching: FetchDocumentOptions = {
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    clock: options.clock ?? systemClock,
    timeoutMs,
    allowPrivateAddresses,
  };
  return new Resolver({
    ...getKeyResolver(),
    web: createDidWebMethod(fetching),
    ...(ixoResolverUrl === undefined ? {} : { ixo: createDidIxoMethod(ixoResolverUrl, fetching) }),
    ...methods,
  });
}

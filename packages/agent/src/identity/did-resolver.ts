import { createDidResolver } from '@oracle-calls/protocol/did';
import type { resolveUserKey } from '@oracle-calls/protocol/did';

/** Any resolver of the standard interface. */
export type DidResolver = Parameters<typeof resolveUserKey>[2];

export interface DidSettings {
  /** HTTP resolver for `did:ixo`. */
  readonly didResolverUrl?: string | undefined;
  readonly allowPrivateAddresses: boolean;
}

/** The resolver of this agent: it asks for itself, and nobody between. */
export function agentDidResolver({ didResolverUrl, allowPrivateAddresses }: DidSettings): DidResolver {
  return createDidResolver({ allowPrivateAddresses, ixoResolverUrl: didResolverUrl });
}

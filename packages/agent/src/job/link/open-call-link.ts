import type { CallLink } from './call-link.ts';
import { OlderLink } from './older-link.ts';
import { StrictLink } from './strict-link.ts';
import type { StrictLinkOptions } from './strict-link.ts';
import type { SeatedCall } from '../set-up.ts';
import type { TrustStore } from '../../trust-store/trust-store.ts';

export interface CallLinkOptions extends Omit<StrictLinkOptions, 'seated' | 'attempts'> {
  readonly seated: SeatedCall;
  readonly trust: TrustStore;
}

/** The link of the protocol that the call speaks. */
export function openCallLink({ seated, trust, ...options }: CallLinkOptions): CallLink {
  return seated.protocol === 'strict'
    ? new StrictLink({ ...options, seated, attempts: trust.attempts })
    : new OlderLink({ ...options, seated });
}

import { codeOf } from '@oracle-calls/protocol';
import type { SeatedCall } from '../set-up.ts';
import type { CallLink, LinkNotice } from './call-link.ts';

export interface OlderLinkOptions {
  readonly userIdentity: string;
  readonly seated: Extract<SeatedCall, { protocol: 'older' }>;
  readonly tell: (notice: LinkNotice) => void;
}

/**
 * What stands in the link's place in a call of the older protocol: one shared key, set when the user is there. No handshake, so
 * nobody is proven to be anybody, and no data.
 */
export class OlderLink implements CallLink {
  readonly protocol = 'older';
  readonly wasConfirmed = false;
  readonly isForged = false;
  readonly comparisonCode = undefined;
  readonly #options: OlderLinkOptions;

  constructor(options: OlderLinkOptions) {
    this.#options = options;
  }

  begin(): void {
    const { seated, userIdentity, tell } = this.#options;
    seated.seat.admit(userIdentity, seated.callKey).then(
      () => {
        tell({ kind: 'confirmed' });
        tell({ kind: 'peer-ready' });
      },
      (cause: unknown) => tell({ kind: 'failed', code: codeOf(cause) }),
    );
  }

  rekey(): void {
    // The key of such a call is never renewed.
  }

  receive(): void {
    // Its protocol has no data; what arrives is nobody's.
  }

  send(): void {
    // Data would go out in the clear.
  }

  [Symbol.dispose](): void {
    this.#options.seated.callKey.destroy();
  }
}

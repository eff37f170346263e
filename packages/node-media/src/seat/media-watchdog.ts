import { OracleCallError } from '@oracle-calls/protocol';

/** Between two looks at the flow, in ms. */
export const WATCH_EVERY_MS = 2_000;
/** A new key may arrive a little after the first frame under it; past this, in ms, it is not going to. */
export const UNDECRYPTABLE_AFTER_MS = 6_000;

/** What came in over one track so far. */
export interface InboundFlow {
  /** RTP packets, as WebRTC counts them. */
  readonly packets: number;
  /** Samples that left the jitter buffer: what cannot be decrypted never gets into it. */
  readonly heardSamples: number;
}

/** Notices packets without sound: the sign of a wrong key, or of somebody who sends what is none of the call's. */
export class MediaWatchdog {
  #before: InboundFlow | undefined;
  #deafSince: number | undefined;
  #state: 'watching' | 'told' = 'watching';

  /** @returns an error to tell, once per stretch of deafness */
  look(now: number, flow: InboundFlow, participantIdentity: string): OracleCallError | undefined {
    const before = this.#before ?? flow;
    this.#before = flow;
    if (flow.heardSamples !== before.heardSamples) {
      this.#deafSince = undefined;
      this.#state = 'watching';
      return undefined;
    }
    // Silence without packets is somebody who says nothing.
    if (flow.packets === before.packets) return undefined;
    this.#deafSince ??= now;
    if (this.#state === 'told' || now - this.#deafSince < UNDECRYPTABLE_AFTER_MS) return undefined;
    this.#state = 'told';
    return new OracleCallError('ERR_MEDIA_UNDECRYPTABLE', undefined, { details: { participantIdentity } });
  }
}

import type { SeenPicture } from '@oracle-calls/node-media/seat';
import { codeOf } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import { untilAborted } from '../brain/until-aborted.ts';
import { encodeStill } from './encode-still.ts';
import type { LookOptions, Still, UserEyes } from './still.ts';

/** A turn is answered up to three times within a second: one picture is enough for that. In ms. */
export const STILL_FRESH_MS = 1_000;

export interface CallEyesOptions {
  /** What the user shows now. */
  readonly look: () => Promise<SeenPicture | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly encode?: ((picture: SeenPicture) => Promise<Still>) | undefined;
}

/** The eyes of a call's job. The last picture is kept for a moment, and let go with the next look. */
export class CallEyes implements UserEyes {
  readonly #options: CallEyesOptions;
  #last: { readonly at: number; readonly still: Promise<Still | undefined> } | undefined;

  constructor(options: CallEyesOptions) {
    this.#options = options;
  }

  look({ signal }: LookOptions = {}): Promise<Still | undefined> {
    const now = this.#options.clock.now();
    if (this.#last === undefined || now - this.#last.at >= STILL_FRESH_MS) {
      this.#last = { at: now, still: this.#take() };
    }
    return untilAborted(this.#last.still, signal);
  }

  /** A picture that cannot be had is none: the answer goes on without it. */
  async #take(): Promise<Still | undefined> {
    const { look, log, encode = encodeStill } = this.#options;
    try {
      const picture = await look();
      const still = picture && (await encode(picture));
      if (still === undefined) log.info('nothing is shown');
      else {
        const { source, width, height, jpeg } = still;
        log.info('looked at what the user shows', { source, width, height, bytes: jpeg.byteLength });
      }
      return still;
    } catch (cause) {
      log.warn('a picture could not be taken', { code: codeOf(cause) });
      return undefined;
    }
  }
}

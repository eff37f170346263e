import { NONCE_BYTES } from './frame-layout.ts';

/*
 * Nonces by construction (NIST SP 800-38D, section 8.2.1), which cannot repeat under a key:
 *
 *   prefix of this worker (4, random) | number of the stream within the worker (2) | number of the frame within the stream (6)
 *
 * All streams of a worker seal under the same keys, so each has a number of its own, and no number is given twice. Numbers go on when
 * the key changes. The prefix is a second line: should two workers ever hold one key, they still would not meet.
 */
const PREFIX_BYTES = 4;
const STREAMS = 2 ** 16;
const FRAMES = 2 ** 48;
const UINT32 = 2 ** 32;

/** The nonces of one stream. */
export interface FrameNonces {
  /** A nonce that was never given before, or `undefined` when there are no more. */
  next(): Uint8Array<ArrayBuffer> | undefined;
}

/** Gives every stream of one worker its nonces. */
export class NonceStreams {
  readonly #prefix = crypto.getRandomValues(new Uint8Array(PREFIX_BYTES));
  #streams = 0;

  /** @param firstFrame where counting begins; for tests */
  open(firstFrame = 0): FrameNonces {
    const stream = this.#streams++;
    const prefix = this.#prefix;
    let frame = firstFrame;
    return {
      next() {
        if (stream >= STREAMS || frame >= FRAMES) return undefined;
        const nonce = new Uint8Array(NONCE_BYTES);
        const view = new DataView(nonce.buffer);
        nonce.set(prefix);
        view.setUint16(4, stream);
        view.setUint16(6, Math.floor(frame / UINT32));
        view.setUint32(8, frame % UINT32);
        frame += 1;
        return nonce;
      },
    };
  }
}

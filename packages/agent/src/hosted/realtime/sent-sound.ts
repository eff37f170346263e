import type { Clock } from '@oracle-calls/protocol';
import { REALTIME_SAMPLE_RATE } from './speech-to-speech.ts';

/** How far back it is remembered when something was sent, in ms: a server tells of speech a second or two after it, a busy one a little later. */
const REMEMBERED_MS = 30_000;

/** Knows when each piece of the user's sound was sent, for a server that speaks of sound by its place in all that it got. */
export class SentSound {
  readonly #clock: Pick<Clock, 'now'>;
  #samples = 0;
  /** Where each piece ends, in ms of sound, and when that was sent. */
  #pieces: { readonly endMs: number; readonly at: number }[] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** So many samples were sent, and ended now. */
  sent(samples: number): void {
    this.#samples += samples;
    const endMs = (1_000 * this.#samples) / REALTIME_SAMPLE_RATE;
    this.#pieces.push({ endMs, at: this.#clock.now() });
    const oldest = this.#pieces.findIndex((piece) => piece.endMs > endMs - REMEMBERED_MS);
    if (oldest > 0) this.#pieces.splice(0, oldest);
  }

  /** When the sound at this place was heard, on the clock; `undefined` for a place that was never sent, or is long ago. */
  instantOf(placeMs: number): number | undefined {
    const piece = this.#pieces.find(({ endMs }) => placeMs <= endMs);
    if (piece === undefined || placeMs < 0) return undefined;
    const isForgotten = piece === this.#pieces[0] && piece.endMs - placeMs > REMEMBERED_MS;
    return isForgotten ? undefined : piece.at - (piece.endMs - placeMs);
  }
}

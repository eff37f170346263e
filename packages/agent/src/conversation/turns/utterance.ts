import { RECOGNISER_SAMPLE_RATE } from '../../speech/recogniser/recogniser.ts';

const toMs = (samples: number): number => (samples / RECOGNISER_SAMPLE_RATE) * 1000;

/** What somebody says without a longer pause: its sound, and where the voice in it is. */
export class Utterance {
  /** The instant at which the speech began. */
  readonly startedAt: number;
  readonly #windows: Float32Array[] = [];
  #samples = 0;
  #speechEnd = 0;
  #voicedSamples = 0;
  #stoppedAt: number;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
    this.#stoppedAt = startedAt;
  }

  /** Adds sound that was heard until `at`. */
  add(window: Float32Array, isVoice: boolean, at: number): void {
    this.#windows.push(window);
    this.#samples += window.length;
    if (!isVoice) return;
    this.#speechEnd = this.#samples;
    this.#voicedSamples += window.length;
    this.#stoppedAt = at;
  }

  get samples(): number {
    return this.#samples;
  }

  /** Samples until the end of the speech. */
  get speechEnd(): number {
    return this.#speechEnd;
  }

  /** The instant at which the speech ended, as far as it is known. */
  get stoppedAt(): number {
    return this.#stoppedAt;
  }

  get voicedMs(): number {
    return toMs(this.#voicedSamples);
  }

  get quietMs(): number {
    return toMs(this.#samples - this.#speechEnd);
  }

  get lengthMs(): number {
    return toMs(this.#samples);
  }

  /** Its last windows, at most so many. */
  last(count: number): readonly Float32Array[] {
    return this.#windows.slice(-count);
  }

  /** Its sound; with a bound, only that much of its end, in ms. */
  pcm(lastMs = Number.POSITIVE_INFINITY): Float32Array {
    const wanted = Math.min(this.#samples, Math.ceil((lastMs / 1000) * RECOGNISER_SAMPLE_RATE));
    const pcm = new Float32Array(wanted);
    let at = wanted;
    for (let i = this.#windows.length - 1; i >= 0 && at > 0; i--) {
      const window = this.#windows[i] ?? new Float32Array();
      const part = window.subarray(Math.max(0, window.length - at));
      at -= part.length;
      pcm.set(part, at);
    }
    return pcm;
  }
}

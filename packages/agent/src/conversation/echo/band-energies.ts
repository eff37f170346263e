import { Fourier } from '../../speech/turn-detector/fourier.ts';

/** Hertz of the sound that is compared. */
export const ECHO_SAMPLE_RATE = 16_000;
/** Samples from one measurement to the next: 16 ms, an eighth of a syllable. */
const HOP = 256;
export const SLOT_MS = (HOP / ECHO_SAMPLE_RATE) * 1000;
const FRAME = 2 * HOP;

/** Edges of the bands, in hertz: about equally wide for the ear, where speech has its energy and small loudspeakers still play. */
const EDGES = [200, 320, 440, 570, 720, 900, 1_120, 1_400, 1_750, 2_150, 2_700, 3_400, 4_400];
export const BANDS = EDGES.length - 1;
/** Below this everything is silence, in decibels under full scale. */
export const SILENCE_DB = -90;

const WINDOW = Float64Array.from({ length: FRAME }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME));
const toBin = (hertz: number): number => Math.round((hertz * FRAME) / ECHO_SAMPLE_RATE);

/** Measures a stream of sound: how loud each band is, one measurement for each {@link SLOT_MS}. */
export class BandEnergies {
  readonly #fourier = new Fourier(FRAME);
  readonly #frame = new Float64Array(FRAME);
  readonly #windowed = new Float64Array(FRAME);
  readonly #zeros = new Float64Array(FRAME);
  #filled = HOP;

  /** Adds samples of −1…1; `measured` gets the decibels of each band and how many of the samples were taken in by then. */
  push(samples: ArrayLike<number>, measured: (decibels: Float32Array, taken: number) => void): void {
    for (let i = 0; i < samples.length; i++) {
      this.#frame[this.#filled] = samples[i] ?? 0;
      this.#filled += 1;
      if (this.#filled < FRAME) continue;
      measured(this.#measure(), i + 1);
      this.#frame.copyWithin(0, HOP);
      this.#filled = HOP;
    }
  }

  #measure(): Float32Array {
    for (let i = 0; i < FRAME; i++) this.#windowed[i] = (this.#frame[i] ?? 0) * (WINDOW[i] ?? 0);
    this.#fourier.transform(this.#windowed, this.#zeros);
    const { re, im } = this.#fourier;
    return Float32Array.from({ length: BANDS }, (_, band) => {
      let power = 0;
      const end = toBin(EDGES[band + 1] ?? 0);
      for (let bin = toBin(EDGES[band] ?? 0); bin < end; bin++) power += (re[bin] ?? 0) ** 2 + (im[bin] ?? 0) ** 2;
      return Math.max(SILENCE_DB, 10 * Math.log10(power / FRAME ** 2 + 1e-12));
    });
  }
}

/** Zero crossings of the filter on each side: 16 of them under a Blackman window, a millisecond, let nothing of a mirrored voice through. */
const ZERO_CROSSINGS = 16;

/** Gives a stream's samples at another rate, piece by piece: one filter that keeps its state, where the resampler for whole recordings has edges. */
export class ChangedRate {
  /** Between two samples that come in there are so many places, and every so manyth is one that goes out. */
  readonly #places: number;
  readonly #stride: number;
  readonly #filter: Float32Array;
  /** Samples that the filter reaches back to. */
  readonly #reach: number;
  #past: Float32Array;
  /** Of the next sample that goes out, in places after the first that comes in. */
  #at = 0;

  constructor(fromRate: number, toRate: number) {
    const common = greatestCommonDivisor(fromRate, toRate);
    this.#places = toRate / common;
    this.#stride = fromRate / common;
    this.#filter = lowPass(Math.max(this.#places, this.#stride), this.#places);
    this.#reach = Math.ceil(this.#filter.length / this.#places);
    this.#past = new Float32Array(this.#reach - 1);
  }

  push(samples: Float32Array): Float32Array {
    const all = new Float32Array(this.#past.length + samples.length);
    all.set(this.#past);
    all.set(samples, this.#past.length);
    const end = samples.length * this.#places;
    const out = new Float32Array(Math.max(0, Math.ceil((end - this.#at) / this.#stride)));
    for (let n = 0; n < out.length; n++, this.#at += this.#stride) out[n] = this.#sampleAt(all);
    this.#at -= end;
    this.#past = all.slice(all.length - this.#past.length);
    return out;
  }

  #sampleAt(all: Float32Array): number {
    const phase = this.#at % this.#places;
    const newest = this.#past.length + (this.#at - phase) / this.#places;
    let sum = 0;
    for (let k = 0; k < this.#reach; k++) {
      sum += (this.#filter[phase + k * this.#places] ?? 0) * (all[newest - k] ?? 0);
    }
    return sum;
  }
}

/** A windowed sinc that passes what the lower of both rates can carry. */
function lowPass(widest: number, gain: number): Float32Array {
  const middle = ZERO_CROSSINGS * widest;
  const length = 2 * middle + 1;
  return Float32Array.from({ length }, (_, i) => {
    const x = (i - middle) / widest;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    const phase = (2 * Math.PI * (i + 1)) / (length + 1);
    return (gain / widest) * sinc * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Between the 48 kHz of a call and the 24 kHz of a realtime model: one filter for both ways, which keeps its state from piece to piece. */

/** Odd, and 4n + 3: then every second tap but the middle one is zero. 47 taps at 48 kHz are a millisecond. */
const TAPS = 47;
const MIDDLE = (TAPS - 1) / 2;

/** A windowed sinc (Blackman) that passes what half the rate can carry. */
const FILTER = Float32Array.from({ length: TAPS }, (_, i) => {
  const x = i - MIDDLE;
  const sinc = x === 0 ? 0.5 : Math.sin((Math.PI * x) / 2) / (Math.PI * x);
  const phase = (2 * Math.PI * (i + 1)) / (TAPS + 1);
  return sinc * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
});

/** Gives every second sample of a stream, without what the lower rate cannot carry. */
export class HalvedRate {
  #past = new Float32Array(TAPS - 1);
  #isOdd = false;

  push(samples: Float32Array): Float32Array {
    const all = joined(this.#past, samples);
    const first = this.#isOdd ? 1 : 0;
    const out = new Float32Array(Math.max(0, Math.ceil((samples.length - first) / 2)));
    for (let n = 0; n < out.length; n++) out[n] = filtered(all, first + 2 * n, 1);
    this.#isOdd = (samples.length - first) % 2 !== 0;
    this.#past = all.slice(all.length - (TAPS - 1));
    return out;
  }
}

/** Gives two samples for each of a stream. */
export class DoubledRate {
  #past = new Float32Array(TAPS - 1);

  push(samples: Float32Array): Float32Array {
    const stuffed = new Float32Array(samples.length * 2);
    for (const [i, sample] of samples.entries()) stuffed[2 * i] = sample;
    const all = joined(this.#past, stuffed);
    const out = new Float32Array(stuffed.length);
    for (let n = 0; n < out.length; n++) out[n] = filtered(all, n, 2);
    this.#past = all.slice(all.length - (TAPS - 1));
    return out;
  }
}

function filtered(all: Float32Array, start: number, gain: number): number {
  let sum = 0;
  for (let k = 0; k < TAPS; k++) sum += (FILTER[k] ?? 0) * (all[start + k] ?? 0);
  return sum * gain;
}

function joined(one: Float32Array, other: Float32Array): Float32Array {
  const all = new Float32Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

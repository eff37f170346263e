/** Zero crossings of the sinc on each side: 16 keeps aliases of speech below about −60 dB. */
const ZERO_CROSSINGS = 16;

/** Steps in which the kernel is tabulated, per zero crossing; values between are interpolated. */
const TABLE_STEPS = 256;

const kernelTable = buildKernel();

/** One half of a Hann-windowed sinc. */
function buildKernel(): Float64Array {
  const table = new Float64Array(ZERO_CROSSINGS * TABLE_STEPS + 2);
  table[0] = 1;
  for (let i = 1; i < ZERO_CROSSINGS * TABLE_STEPS; i++) {
    const x = (Math.PI * i) / TABLE_STEPS;
    const window = 0.5 + 0.5 * Math.cos(x / ZERO_CROSSINGS);
    table[i] = (Math.sin(x) / x) * window;
  }
  return table;
}

function kernelAt(distance: number): number {
  const position = Math.abs(distance) * TABLE_STEPS;
  const index = Math.floor(position);
  const below = kernelTable[index] ?? 0;
  const above = kernelTable[index + 1] ?? 0;
  return below + (above - below) * (position - index);
}

/**
 * Changes the sample rate of a whole recording (band-limited interpolation; J. O. Smith, "Digital Audio Resampling").
 *
 * @throws {RangeError} when a rate is not positive
 */
export function resample(samples: Float32Array, fromRate: number, toRate: number): Float32Array {
  if (!(fromRate > 0) || !(toRate > 0)) throw new RangeError('sample rates are positive');
  if (fromRate === toRate) return samples.slice();
  // When going down, the kernel widens so that it also cuts what the lower rate cannot carry.
  const scale = Math.min(1, toRate / fromRate);
  const reach = ZERO_CROSSINGS / scale;
  const output = new Float32Array(Math.round((samples.length * toRate) / fromRate));
  for (let i = 0; i < output.length; i++) {
    const centre = (i * fromRate) / toRate;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(samples.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let j = first; j <= last; j++) sum += (samples[j] ?? 0) * kernelAt((j - centre) * scale);
    output[i] = sum * scale;
  }
  return output;
}

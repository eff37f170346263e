/** Hertz of voices on the wire: Opus' own rate, so that nothing resamples in between. */
export const VOICE_SAMPLE_RATE = 48_000;

/** Full scale of 16-bit PCM. */
const INT16_FULL_SCALE = 32_768;

/** 16-bit samples as floats in −1…1. */
export function int16ToFloat(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / INT16_FULL_SCALE);
}

/** Floats in −1…1 as 16-bit samples; louder ones are clipped. */
export function floatToInt16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) =>
    Math.max(-INT16_FULL_SCALE, Math.min(INT16_FULL_SCALE - 1, Math.round(sample * INT16_FULL_SCALE))),
  );
}

/** Root mean square of samples in −1…1: 0 is silence. */
export function rms(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** How long samples last, in milliseconds. */
export function playoutMs(sampleCount: number, sampleRate: number): number {
  return (sampleCount / sampleRate) * 1000;
}

/**
 * How much of a sound's energy is one pure tone, 0 to 1 (Goertzel's projection). White noise spreads over all frequencies and
 * scores near 0; speech codecs leave a tone above 0.8. Silence scores 0.
 */
export function toneShare(samples: Float32Array, sampleRate: number, frequencyHz: number): number {
  let energy = 0;
  let cosine = 0;
  let sine = 0;
  for (const [index, sample] of samples.entries()) {
    const phase = (2 * Math.PI * frequencyHz * index) / sampleRate;
    energy += sample * sample;
    cosine += sample * Math.cos(phase);
    sine += sample * Math.sin(phase);
  }
  const toneEnergy = (2 * (cosine ** 2 + sine ** 2)) / Math.max(1, samples.length);
  return energy < samples.length * SILENCE ** 2 ? 0 : toneEnergy / energy;
}

/** Root mean square below which there is nothing to judge. */
const SILENCE = 0.003;

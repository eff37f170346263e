import { rms } from './pcm.ts';

/** Length of a window that is loud or not, in ms: a fifth of a syllable. */
const WINDOW_MS = 20;
/** RMS below which a window is silence: −46 dB, between a codec's comfort noise and a whisper. */
const SILENCE_RMS = 0.005;
/** Silence that separates two utterances, in ms. */
const GAP_MS = 700;
/** Quiet beginnings and endings of words that are kept on both sides, in ms. */
const PADDING_MS = 160;
/** Shorter sounds are clicks, in ms. */
const MIN_SOUND_MS = 60;

/**
 * The stretches of a recording in which something can be heard, each with a little silence around it. A recogniser
 * that is given seconds of silence first understands nothing of what follows.
 */
export function utterancesOf(samples: Float32Array, sampleRate: number): Float32Array[] {
  const window = Math.round((WINDOW_MS / 1000) * sampleRate);
  const toSamples = (ms: number): number => Math.round((ms / 1000) * sampleRate);
  const found: { start: number; end: number; loudMs: number }[] = [];
  for (let start = 0; start < samples.length; start += window) {
    const end = Math.min(samples.length, start + window);
    if (rms(samples.subarray(start, end)) < SILENCE_RMS) continue;
    const last = found.at(-1);
    if (last !== undefined && start - last.end < toSamples(GAP_MS)) {
      last.end = end;
      last.loudMs += WINDOW_MS;
    } else {
      found.push({ start, end, loudMs: WINDOW_MS });
    }
  }
  const padding = toSamples(PADDING_MS);
  return found
    .filter(({ loudMs }) => loudMs >= MIN_SOUND_MS)
    .map(({ start, end }) => samples.subarray(Math.max(0, start - padding), Math.min(samples.length, end + padding)));
}

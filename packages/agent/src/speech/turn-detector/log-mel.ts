import { Fourier } from './fourier.ts';

/*
 * Whisper's front end (Radford et al. 2022), as `WhisperFeatureExtractor(chunk_length=8)` of Hugging Face Transformers computes it:
 * known answers in `log-mel.known.json`.
 */
const SAMPLE_RATE = 16_000;
const FRAME = 400;
const HOP = 160;
const BINS = FRAME / 2 + 1;
export const MEL_BANDS = 80;
/** The model looks at the last eight seconds. */
export const WINDOW_SAMPLES = 8 * SAMPLE_RATE;
export const MEL_FRAMES = WINDOW_SAMPLES / HOP;
const MEL_FLOOR = 1e-10;
const VARIANCE_FLOOR = 1e-7;
/** Nothing is taken to be quieter than this below the loudest, in decades of power. */
const DYNAMIC_RANGE = 8;

/** Slaney's mel scale: linear to 1 kHz, logarithmic above. */
const LOG_STEP = Math.log(6.4) / 27;
const toHertz = (mel: number): number => (mel < 15 ? (200 * mel) / 3 : 1_000 * Math.exp(LOG_STEP * (mel - 15)));
const NYQUIST_MEL = 15 + Math.log(SAMPLE_RATE / 2 / 1_000) / LOG_STEP;

/** One triangle of the filter bank: its weights from bin `first` on. */
interface Band {
  readonly first: number;
  readonly weights: readonly number[];
}

function filterBank(): Band[] {
  const edges = Array.from({ length: MEL_BANDS + 2 }, (_, i) => toHertz((NYQUIST_MEL * i) / (MEL_BANDS + 1)));
  return Array.from({ length: MEL_BANDS }, (_, band) => {
    const [low = 0, middle = 0, high = 0] = edges.slice(band, band + 3);
    const weights = Array.from({ length: BINS }, (__, bin) => {
      const hertz = (bin * SAMPLE_RATE) / FRAME;
      const slope = Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      return (Math.max(0, slope) * 2) / (high - low);
    });
    const first = Math.max(
      0,
      weights.findIndex((weight) => weight > 0),
    );
    return { first, weights: weights.slice(first, weights.findLastIndex((weight) => weight > 0) + 1) };
  });
}

const WINDOW = Float64Array.from({ length: FRAME }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME));
const BANK = filterBank();

/** The last eight seconds of speech, silence before it where there is less, with zero mean and unit variance. */
function normalised(pcm16k: Float32Array): { samples: Float64Array; silentSamples: number } {
  const last = pcm16k.subarray(Math.max(0, pcm16k.length - WINDOW_SAMPLES));
  const silentSamples = WINDOW_SAMPLES - last.length;
  let sum = 0;
  for (const sample of last) sum += sample;
  const mean = sum / WINDOW_SAMPLES;
  let squares = silentSamples * mean * mean;
  for (const sample of last) squares += (sample - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / WINDOW_SAMPLES + VARIANCE_FLOOR);
  const samples = new Float64Array(WINDOW_SAMPLES).fill(-mean * scale);
  for (const [i, sample] of last.entries()) samples[silentSamples + i] = (sample - mean) * scale;
  return { samples, silentSamples };
}

/** The log-mel spectrogram of the end of an utterance: {@link MEL_BANDS} rows of {@link MEL_FRAMES} values. */
export function logMel(pcm16k: Float32Array): Float32Array {
  const { samples, silentSamples } = normalised(pcm16k);
  const features = new Float32Array(MEL_BANDS * MEL_FRAMES);
  const fourier = new Fourier(FRAME);
  const frames = [new Float64Array(FRAME), new Float64Array(FRAME)] as const;
  // Whole frames of padding are all the same: one is computed. The first is, since it is mirrored.
  const firstSounding = Math.max(2, Math.floor((silentSamples - FRAME / 2) / HOP) - 1);
  const wanted = Array.from({ length: MEL_FRAMES }, (_, i) => i).filter((i) => i < 2 || i >= firstSounding);
  let loudest = Number.NEGATIVE_INFINITY;
  const store = (frame: number, powerAt: (bin: number) => number): void => {
    for (const [band, { first, weights }] of BANK.entries()) {
      let power = 0;
      for (let i = 0; i < weights.length; i++) power += (weights[i] ?? 0) * powerAt(first + i);
      const value = Math.log10(Math.max(MEL_FLOOR, power));
      loudest = Math.max(loudest, value);
      features[band * MEL_FRAMES + frame] = value;
    }
  };
  for (let pair = 0; pair < wanted.length; pair += 2) {
    const [one = 0, other = one] = wanted.slice(pair, pair + 2);
    takeFrame(samples, one, frames[0]);
    takeFrame(samples, other, frames[1]);
    // Two real signals in one complex transform: their spectra are its even and odd parts.
    fourier.transform(frames[0], frames[1]);
    store(one, (bin) => partPower(fourier, bin, 1));
    store(other, (bin) => partPower(fourier, bin, -1));
  }
  for (let band = 0; band < MEL_BANDS; band++) {
    const row = features.subarray(band * MEL_FRAMES, (band + 1) * MEL_FRAMES);
    row.fill(row[1] ?? 0, 2, firstSounding);
  }
  return features.map((value) => (Math.max(value, loudest - DYNAMIC_RANGE) + 4) / 4);
}

/** One windowed frame around its centre; mirrored where the recording begins and ends. */
function takeFrame(samples: Float64Array, frame: number, into: Float64Array): void {
  for (let i = 0; i < FRAME; i++) {
    let at = Math.abs(frame * HOP + i - FRAME / 2);
    if (at >= samples.length) at = 2 * (samples.length - 1) - at;
    into[i] = (samples[at] ?? 0) * (WINDOW[i] ?? 0);
  }
}

function partPower({ re, im }: Fourier, bin: number, sign: 1 | -1): number {
  const mirror = (FRAME - bin) % FRAME;
  const real = sign === 1 ? (re[bin] ?? 0) + (re[mirror] ?? 0) : (im[bin] ?? 0) + (im[mirror] ?? 0);
  const imaginary = sign === 1 ? (im[bin] ?? 0) - (im[mirror] ?? 0) : (re[mirror] ?? 0) - (re[bin] ?? 0);
  return (real * real + imaginary * imaginary) / 4;
}

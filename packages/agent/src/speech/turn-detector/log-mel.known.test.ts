import { readFileSync } from 'node:fs';
import { parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Fourier } from './fourier.ts';
import { logMel, MEL_FRAMES } from './log-mel.ts';

/*
 * `log-mel.known.json` was made with the NumPy re-implementation of `WhisperFeatureExtractor` in Pipecat 1.14.0
 * (`pipecat/audio/turn/smart_turn/_whisper_features.py`, `do_normalize=True`), of the signal below, put to the end of eight seconds.
 */
const knownSchema = v.object({
  cases: v.array(
    v.object({
      samples: v.number(),
      mean: v.number(),
      deviation: v.number(),
      points: v.array(v.tuple([v.number(), v.number(), v.number()])),
    }),
  ),
});
const known = parseWith(
  knownSchema,
  JSON.parse(readFileSync(new URL('./log-mel.known.json', import.meta.url), 'utf8')),
);

/** Two tones, one of them swelling, and a rising one. */
const signal = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => {
    const t = i / 16_000;
    const swelling = 0.3 * Math.sin(2 * Math.PI * 220 * t) * Math.sin(2 * Math.PI * 1.5 * t);
    const rising = 0.05 * Math.sin(2 * Math.PI * 5_000 * t * (1 + t / 10));
    return swelling + 0.1 * Math.sin(2 * Math.PI * 1_234.5 * t + 1) + rising;
  });

describe('the turn detector’s front end', () => {
  it.each(known.cases)('computes what Whisper’s does, of $samples samples', ({ samples, mean, deviation, points }) => {
    const features = logMel(signal(samples));
    const average = features.reduce((sum, value) => sum + value, 0) / features.length;
    const variance = features.reduce((sum, value) => sum + (value - average) ** 2, 0) / features.length;
    expect(average).toBeCloseTo(mean, 5);
    expect(Math.sqrt(variance)).toBeCloseTo(deviation, 5);
    for (const [band, frame, value] of points) expect(features[band * MEL_FRAMES + frame]).toBeCloseTo(value, 4);
  });

  it('takes silence for what it is', () => {
    expect(new Set(logMel(new Float32Array(16_000))).size).toBe(1);
  });
});

describe('the Fourier transform', () => {
  it.each([7, 60, 400, 512])('of %i samples is what its definition says', (length) => {
    const re = Float64Array.from({ length }, (_, i) => Math.sin(i * i));
    const im = Float64Array.from({ length }, (_, i) => Math.cos(3 * i));
    const fourier = new Fourier(length);
    fourier.transform(re, im);
    for (const bin of [0, 1, length >> 1, length - 1]) {
      let [sumRe, sumIm] = [0, 0];
      for (let i = 0; i < length; i++) {
        const angle = (-2 * Math.PI * bin * i) / length;
        sumRe += (re[i] ?? 0) * Math.cos(angle) - (im[i] ?? 0) * Math.sin(angle);
        sumIm += (re[i] ?? 0) * Math.sin(angle) + (im[i] ?? 0) * Math.cos(angle);
      }
      expect(fourier.re[bin % length]).toBeCloseTo(sumRe, 8);
      expect(fourier.im[bin % length]).toBeCloseTo(sumIm, 8);
    }
  });
});

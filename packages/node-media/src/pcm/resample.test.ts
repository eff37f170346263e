import { describe, expect, it } from 'vitest';
import { rms } from './pcm.ts';
import { resample } from './resample.ts';

const tone = (hertz: number, sampleRate: number, seconds = 0.5): Float32Array =>
  Float32Array.from({ length: sampleRate * seconds }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / sampleRate));

/** Without the ends, where the filter has nothing on one side. */
const middle = (samples: Float32Array): Float32Array =>
  samples.subarray(Math.floor(samples.length / 4), Math.floor((samples.length * 3) / 4));

describe('resampling', () => {
  it.each([
    [22_050, 48_000],
    [48_000, 16_000],
    [16_000, 22_050],
  ])('from %i to %i Hz keeps a tone what it was', (from, to) => {
    const result = resample(tone(1_000, from), from, to);
    const wanted = tone(1_000, to);
    expect(Math.abs(result.length - wanted.length)).toBeLessThanOrEqual(1);
    const error = middle(result.map((sample, i) => sample - (wanted[i] ?? 0)));
    expect(rms(error)).toBeLessThan(0.01);
  });

  it('cuts what the lower rate cannot carry instead of folding it back', () => {
    expect(rms(middle(resample(tone(11_000, 48_000), 48_000, 16_000)))).toBeLessThan(0.01);
  });

  it('gives a copy when the rates are equal', () => {
    const samples = tone(440, 8_000);
    const result = resample(samples, 8_000, 8_000);
    expect(result).toEqual(samples);
    expect(result).not.toBe(samples);
  });

  it('of nothing is nothing', () => {
    expect(resample(new Float32Array(), 8_000, 16_000).length).toBe(0);
  });

  it.each([0, -1, NaN])('refuses a rate of %s', (rate) => {
    expect(() => resample(new Float32Array(8), rate, 8_000)).toThrow(RangeError);
    expect(() => resample(new Float32Array(8), 8_000, rate)).toThrow(RangeError);
  });
});

import { describe, expect, it } from 'vitest';
import { utterancesOf } from './utterances.ts';

const RATE = 16_000;
const sound = (ms: number, level: number): Float32Array => new Float32Array((RATE * ms) / 1000).fill(level);
const join = (...parts: Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]));
const lengthMs = (samples: Float32Array): number => (samples.length / RATE) * 1000;

describe('the utterances of a recording', () => {
  it('are none in silence', () => {
    expect(utterancesOf(sound(3_000, 0.001), RATE)).toEqual([]);
  });

  it('lose the silence around them but a little', () => {
    const [only, ...others] = utterancesOf(join(sound(6_000, 0), sound(1_000, 0.2), sound(2_000, 0)), RATE);
    expect(others).toEqual([]);
    expect(lengthMs(only ?? new Float32Array())).toBe(1_320);
  });

  it('are not cut at the pauses between words', () => {
    expect(utterancesOf(join(sound(500, 0.2), sound(400, 0), sound(500, 0.2)), RATE)).toHaveLength(1);
  });

  it('are separate after a longer silence', () => {
    expect(utterancesOf(join(sound(500, 0.2), sound(1_500, 0), sound(500, 0.2)), RATE)).toHaveLength(2);
  });

  it('do not include clicks', () => {
    expect(utterancesOf(join(sound(500, 0), sound(20, 0.5), sound(500, 0)), RATE)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { rms } from '@oracle-calls/node-media/pcm';
import { earcon } from './earcon.ts';

describe('the earcon', () => {
  const sound = earcon(48_000);

  it('is short', () => {
    expect(sound.length / 48_000).toBeLessThan(0.5);
  });

  it('is audible from its first twenty milliseconds', () => {
    expect(rms(sound.subarray(0, 960))).toBeGreaterThan(0.05);
  });

  it('neither clicks nor clips', () => {
    expect(Math.abs(sound[0] ?? 1)).toBeLessThan(0.001);
    expect(Math.abs(sound.at(-1) ?? 1)).toBeLessThan(0.001);
    expect(Math.max(...sound.map(Math.abs))).toBeLessThan(0.6);
  });
});

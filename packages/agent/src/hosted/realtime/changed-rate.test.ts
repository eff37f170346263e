import { rms } from '@oracle-calls/node-media/pcm';
import { expect, test } from 'vitest';
import { ChangedRate } from './changed-rate.ts';

const tone = (hertz: number, sampleRate: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / sampleRate));

/** In pieces of uneven length, as networks deliver them. */
function inPieces(samples: Float32Array, push: (piece: Float32Array) => Float32Array): Float32Array {
  const out: number[] = [];
  for (let start = 0, length = 1; start < samples.length; start += length, length = (length % 97) + 5) {
    out.push(...push(samples.subarray(start, start + length)));
  }
  return Float32Array.from(out);
}

test.each([
  ['of a call to a model', 16_000, 24_000],
  ['of a model to a call', 24_000, 48_000],
  ['of another call to a model', 48_000, 24_000],
  ['of a model to itself', 24_000, 24_000],
  ['of an old record', 44_100, 24_000],
])('speech goes from the rate %s, in pieces as in one', (_what, from, to) => {
  const said = tone(1_000, from, from / 10);
  const inOne = new ChangedRate(from, to).push(said);
  const rate = new ChangedRate(from, to);
  expect([...inPieces(said, (piece) => rate.push(piece))]).toEqual([...inOne]);
  expect(inOne).toHaveLength(to / 10);
  // Not louder, not lower, and nothing else with it: what is left without the tone is next to nothing.
  const later = inOne.subarray(to / 50);
  expect(rms(later)).toBeCloseTo(Math.SQRT1_2, 2);
  const half = to / 2_000;
  const sum = Float32Array.from({ length: later.length - half }, (_, i) => (later[i] ?? 0) + (later[i + half] ?? 0));
  expect(rms(sum)).toBeLessThan(0.002);
});

test('what the lower rate cannot carry does not come back as another tone', () => {
  const down = new ChangedRate(48_000, 24_000).push(tone(17_000, 48_000, 9_600));
  expect(rms(down.subarray(200))).toBeLessThan(0.001);
});

import { rms } from '@oracle-calls/node-media/pcm';
import { expect, test } from 'vitest';
import { DoubledRate, HalvedRate } from './half-rate.ts';

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

test('speech goes through, in pieces as in one', () => {
  const halved = new HalvedRate();
  const down = inPieces(tone(1_000, 48_000, 4_800), (piece) => halved.push(piece));
  expect(down).toHaveLength(2_400);
  expect(rms(down.subarray(200))).toBeCloseTo(Math.SQRT1_2, 2);
  expect([...new HalvedRate().push(tone(1_000, 48_000, 4_800))]).toEqual([...down]);
  const doubled = new DoubledRate();
  const up = inPieces(down, (piece) => doubled.push(piece));
  expect(up).toHaveLength(4_800);
  expect(rms(up.subarray(400))).toBeCloseTo(Math.SQRT1_2, 2);
});

test('what half the rate cannot carry does not come back as another tone', () => {
  const down = new HalvedRate().push(tone(17_000, 48_000, 9_600));
  expect(rms(down.subarray(200))).toBeLessThan(0.001);
});

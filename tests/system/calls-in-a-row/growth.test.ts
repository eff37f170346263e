import { expect, test } from 'vitest';
import { growthOf } from './growth.ts';

test('noise is no growth, and a little more each time is', () => {
  const noisy = Array.from({ length: 50 }, (_, i) => 100 + ((i * 7) % 5));
  expect(Math.abs(growthOf(noisy))).toBeLessThan(3);
  expect(growthOf(noisy.map((figure, i) => figure + i))).toBeGreaterThan(35);
  expect(growthOf([1, 2, 9])).toBe(8);
});

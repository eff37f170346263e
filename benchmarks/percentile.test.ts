import { expect, test } from 'vitest';
import { percentile } from './percentile.ts';

test('the percentile is one of the figures, by nearest rank', () => {
  expect(percentile([40, 10, 30, 20], 0.5)).toBe(20);
  expect(percentile([40, 10, 30, 20], 0.95)).toBe(40);
  expect(percentile([7], 0)).toBe(7);
});

test('no figures have no percentile', () => {
  expect(() => percentile([], 0.5)).toThrow(RangeError);
});

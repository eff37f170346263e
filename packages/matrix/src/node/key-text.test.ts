import { expect, test } from 'vitest';
import { keyText } from './key-text.ts';

const distinct: IDBValidKey[] = [
  '',
  'a',
  'n1',
  1,
  -1,
  1.5,
  new Date(1),
  [],
  ['a'],
  [['a']],
  ['a', 'b'],
  ['a,b'],
  [1],
  ['1'],
  new Uint8Array([1]),
  new Uint8Array([1, 0]),
  'b01',
];

test('different keys have different texts', () => {
  expect(new Set(distinct.map(keyText)).size).toBe(distinct.length);
});

test('equal keys have equal texts, whatever object they are', () => {
  expect(keyText(0)).toBe(keyText(-0));
  expect(keyText(new Date(5))).toBe(keyText(new Date(5)));
  expect(keyText(new Uint8Array([7, 8]))).toBe(keyText(new Uint8Array([6, 7, 8]).subarray(1)));
  expect(keyText(new Uint8Array([7, 8]).buffer)).toBe(keyText(new Uint8Array([7, 8])));
});

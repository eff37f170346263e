import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ThoughtFilter } from './without-thoughts.ts';

const filtered = (pieces: readonly string[]): string => {
  const filter = new ThoughtFilter();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end();
};

test.each([
  ['what has no thoughts', 'It is 3 < 4.', 'It is 3 < 4.'],
  ['a thought before the answer', '<think>\nHm. Paris?\n</think>\n\nIt is Paris.', 'It is Paris.'],
  ['a thought between', 'Wait. <think>Hm.</think>It is Paris.', 'Wait. It is Paris.'],
  ['a thought without end', 'Yes. <think>Hm, or no', 'Yes. '],
  ['what only begins like one', 'a <thi', 'a <thi'],
])('of %s the spoken part is left, wherever it is cut', (_what, text, spoken) => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const places = [0, ...cuts.toSorted((one, other) => one - other), text.length];
      expect(filtered(places.slice(1).map((end, i) => text.slice(places[i], end)))).toBe(spoken);
    }),
  );
});

test('nothing is held back longer than it may be a mark', () => {
  const filter = new ThoughtFilter();
  expect([filter.push('It is '), filter.push('<b>bold'), filter.push(' <')]).toEqual(['It is ', '<b>bold', ' ']);
});

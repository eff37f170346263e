import { expect, test } from 'vitest';
import { SentenceCutter } from './sentence-cutter.ts';

function cut(text: string, pieceLength = 3): string[] {
  const cutter = new SentenceCutter();
  const parts: string[] = [];
  for (let i = 0; i < text.length; i += pieceLength) parts.push(...cutter.add(text.slice(i, i + pieceLength)));
  return [...parts, ...cutter.end()];
}

test('sentences are spoken one by one, and nothing is lost', () => {
  expect(cut('It is Paris. Do you know it? Yes! Good.')).toEqual(['It is Paris.', 'Do you know it?', 'Yes!', 'Good.']);
});

test('the first sentence is complete as soon as another begins', () => {
  const cutter = new SentenceCutter();
  expect(cutter.add('It is Paris.')).toEqual([]);
  expect(cutter.add(' ')).toEqual(['It is Paris.']);
});

test('numbers, initials and abbreviations end no sentence', () => {
  const text = 'Dr. Who paid 3.5 pounds to J. Smith, e.g. twice.';
  expect(cut(text).join(' ')).toBe(text);
  expect(cut('It costs 3.5 pounds. Mr. Smith pays.')).toEqual(['It costs 3.5 pounds.', 'Mr. Smith pays.']);
});

test('of a long first sentence, a clause is spoken first; later ones are spoken whole', () => {
  expect(
    cut('As far as I can see from here, it is raining in the valley. If it does not stop soon, we stay at home.'),
  ).toEqual([
    'As far as I can see from here,',
    'it is raining in the valley.',
    'If it does not stop soon, we stay at home.',
  ]);
});

test('what never ends is cut all the same', () => {
  const parts = cut('word '.repeat(200));
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(280);
  expect(parts.join(' ')).toBe('word '.repeat(200).trim());
});

test('marks alone are not spoken', () => {
  expect(cut('... Well. * \n')).toEqual(['Well.']);
});

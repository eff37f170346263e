import { expect, test } from 'vitest';
import { narrowed, wrap } from './wrap.ts';

test('a word that is longer than a line stays whole', () => {
  expect(wrap('go to https://a.example/with/a/path now', 12)).toEqual([
    'go to',
    'https://a.example/with/a/path',
    'now',
  ]);
});

test('paragraphs of a page are broken anew, and what is indented or empty stays as it is', () => {
  const page = 'One two three four\nfive six.\n\nOptions:\n  --a-flag  what it is\n\nSeven eight nine.\n';
  expect(narrowed(page, 10)).toBe(
    'One two\nthree four\nfive six.\n\nOptions:\n  --a-flag  what it is\n\nSeven\neight\nnine.\n',
  );
});

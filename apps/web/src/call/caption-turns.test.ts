import type { Caption } from '@oracle-calls/react';
import { expect, test } from 'vitest';
import { tailOf, turnsOf } from './caption-turns.ts';

const line = (key: string, speaker: Caption['speaker']): Caption => ({ key, speaker, text: key, isFinal: true, at: 1 });

test('lines of one speaker are one turn until the other speaks', () => {
  const turns = turnsOf([line('a', 'user'), line('b', 'oracle'), line('c', 'oracle'), line('d', 'user')]);
  expect(turns.map(({ key, speaker, lines }) => [key, speaker, lines.length])).toEqual([
    ['a', 'user', 1],
    ['b', 'oracle', 2],
    ['d', 'user', 1],
  ]);
});

test('of a long text the end is shown, from the beginning of a word, and no character is cut in half', () => {
  expect(tailOf('short')).toBe('short');
  expect(tailOf('one two three four', 11)).toBe('… three four');
  expect(tailOf('😀 😀 😀', 5)).toBe('… 😀 😀');
  expect(tailOf('今日は天気がいい', 5)).toBe('… 天気がいい');
});

import { expect, test } from 'vitest';
import { clausesOf, phonemesOf, spokenSigns } from './phonemes.ts';
import { wordTimes } from './word-times.ts';

/** Each letter is a sign of ten milliseconds, marks and spaces too. */
const alphabet = Object.fromEntries(Array.from('abcdefghijklmnopqrstuvwxyz ,.!').map((sign, i) => [sign, [i]]));

async function timesOf(text: string, pronounce = (clause: string): string => clause.toLowerCase()) {
  const clauses = await clausesOf(text, (clause) => Promise.resolve(pronounce(clause)));
  const signs = spokenSigns(phonemesOf(clauses), alphabet);
  const ms = signs.map(({ sign }) => (sign === '' ? 0 : 10));
  return wordTimes(clauses, signs, ms).map(({ text: word, startMs, endMs }) => [word, startMs, endMs]);
}

test('words sound when their signs are spoken, and keep their marks', async () => {
  expect(await timesOf('Oh well, go on!')).toEqual([
    ['Oh', 0, 20],
    ['well,', 30, 70],
    ['go', 90, 110],
    ['on!', 120, 140],
  ]);
});

test('words that are pronounced as one share its time by their letters, and no other clause minds', async () => {
  const joined = (clause: string): string => clause.toLowerCase().replace('of the', 'ofthe');
  expect(await timesOf('of the, yes', joined)).toEqual([
    ['of', 0, 20],
    ['the,', 20, 50],
    ['yes', 70, 100],
  ]);
});

test('where the voice does not know a word, no time is guessed', async () => {
  expect(await timesOf('yes Ж no')).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { clausesOf, phonemesOf, spokenSigns } from './phonemes.ts';

const upper = (clause: string): Promise<string> => Promise.resolve(clause.toUpperCase());

describe('the phonemes of a text', () => {
  it.each([
    ['Hello.', 'HELLO.'],
    ['Well, yes! And no?', 'WELL, YES! AND NO?'],
    ['Wait... what', 'WAIT. WHAT'],
    ['It is 3.5 metres', 'IT IS 3.5 METRES'],
    ['one\ntwo', 'ONE TWO'],
    ['  ', ''],
  ])('of %j keep the punctuation that makes the melody', async (text, phonemes) => {
    expect(phonemesOf(await clausesOf(text, upper))).toBe(phonemes);
  });
});

describe("a voice's phoneme ids", () => {
  const phonemeIds = (phonemes: string, signs: typeof alphabet): number[] =>
    spokenSigns(phonemes, signs).flatMap(({ ids }) => ids);
  const alphabet = { _: [0], '^': [1], $: [2], a: [5], '\u0303': [6] };

  it('start, pad and end as the voice was trained', () => {
    expect(phonemeIds('aa', alphabet)).toEqual([1, 0, 5, 0, 5, 0, 2]);
  });

  it('see a sign with an accent as two', () => {
    expect(phonemeIds('ã', alphabet)).toEqual([1, 0, 5, 0, 6, 0, 2]);
  });

  it('leave out what the voice does not know', () => {
    expect(phonemeIds('aЖ', alphabet)).toEqual([1, 0, 5, 0, 2]);
  });
});

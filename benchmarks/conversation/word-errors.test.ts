import { describe, expect, it } from 'vitest';
import { comparedWords, wordErrorRate, wordErrors } from './word-errors.ts';

describe('word errors', () => {
  it.each([
    ['What time is breakfast?', 'what time is breakfast', 0],
    ['What time is breakfast?', 'What a time is breakfast', 1],
    ['What time is breakfast?', 'What is breakfast', 1],
    ['What time is breakfast?', 'What dime is breakfast', 1],
    ['What time is breakfast?', '', 4],
    ['Yes.', 'Yes yes yes.', 2],
    ['Stop, please.', 'Stop the pleaser', 2],
  ])('of “%s” taken for “%s” are %i', (said, recognised, errors) => {
    expect(wordErrors(said, recognised).errors).toBe(errors);
  });

  it('are none in case, marks, fillers, and in how a number is written', () => {
    expect(comparedWords('Um, the ill-disposed man’s 2 rooms — OK?')).toEqual([
      'the',
      'ill',
      'disposed',
      "man's",
      'two',
      'rooms',
      'okay',
    ]);
    expect(comparedWords('Uh…')).toEqual([]);
  });

  it('make a rate by the words of all that was said', () => {
    expect(wordErrorRate([wordErrors('one two three', 'one two'), wordErrors('yes', 'yes')])).toBe(0.25);
    expect(wordErrorRate([wordErrors('yes', 'no no no')])).toBe(3);
    expect(() => wordErrorRate([])).toThrow(RangeError);
  });
});

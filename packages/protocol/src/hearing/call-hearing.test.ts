import { describe, expect, it, test } from 'vitest';
import { parseWith } from '../parse.ts';
import { callHearingSchema, HEARD_HERE, type CallHearing } from './call-hearing.ts';
import { listenersOf } from './call-listeners.ts';
import { compareHearings } from './compare-hearings.ts';
import { ON_THIS_MACHINE, placeOf } from './engine-place.ts';

const ELSEWHERE = placeOf('https://a.example', ['text']);

describe('who hears a call', () => {
  it('is nobody when every part works here', () => {
    expect(listenersOf(HEARD_HERE)).toEqual([]);
  });

  it('is each host once, with all that it gets, in one order', () => {
    const hearing: CallHearing = {
      recognition: placeOf('https://a.example', ['audio']),
      languageModel: placeOf('https://a.example', ['text']),
      speech: placeOf('https://b.example', ['text']),
      pictures: placeOf('https://a.example', ['pictures']),
      remembers: false,
    };
    expect(listenersOf(hearing)).toEqual([
      { host: 'a.example', what: ['audio', 'text', 'pictures'] },
      { host: 'b.example', what: ['text'] },
    ]);
  });
});

describe('pictures', () => {
  const malformed = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' });

  it('are declared as such, and not as something that a language model gets', () => {
    const languageModel = placeOf('https://a.example', ['text', 'pictures']);
    expect(() => parseWith(callHearingSchema, { ...HEARD_HERE, languageModel })).toThrow(malformed);
  });

  it('are sent to whoever is said to see them', () => {
    expect(() => parseWith(callHearingSchema, { ...HEARD_HERE, pictures: ELSEWHERE })).toThrow(malformed);
    const pictures = placeOf('https://a.example', ['pictures']);
    expect(parseWith(callHearingSchema, { ...HEARD_HERE, pictures })).toEqual({ ...HEARD_HERE, pictures });
  });
});

describe('a later declaration', () => {
  test.each<[string, Partial<CallHearing>]>([
    ['a host hears what nobody heard', { languageModel: ELSEWHERE }],
    ['the oracle has begun to look', { pictures: ON_THIS_MACHINE }],
    ['the oracle has begun to remember', { remembers: true }],
  ])('is wider when %s, and not the other way round', (_when, change) => {
    const after = { ...HEARD_HERE, ...change };
    expect(compareHearings(HEARD_HERE, after)).toBe('wider');
    expect(compareHearings(after, HEARD_HERE)).toBe('other');
  });

  it('is wider when a host that had the words gets the voice', () => {
    const before: CallHearing = { ...HEARD_HERE, languageModel: ELSEWHERE };
    const after = { ...before, recognition: placeOf('https://a.example', ['audio']) };
    expect(compareHearings(before, after)).toBe('wider');
  });

  it('is another when the same host gets the same in another part', () => {
    const before: CallHearing = { ...HEARD_HERE, languageModel: ELSEWHERE };
    expect(compareHearings(before, { ...HEARD_HERE, speech: ELSEWHERE })).toBe('other');
  });

  it('is none when it says the same', () => {
    expect(
      compareHearings({ ...HEARD_HERE, languageModel: ELSEWHERE }, { ...HEARD_HERE, languageModel: { ...ELSEWHERE } }),
    ).toBeUndefined();
  });
});

import { HEARD_HERE, placeOf, type CallHearing } from '@oracle-calls/protocol/hearing';
import { expect, test } from 'vitest';
import { hearingLines, leavesTheMachine } from './hearing-lines.ts';

const A = '\u2066a.example\u2069';
const B = '\u2066b.example\u2069';

test('each host has one sentence for voice and words, and one for pictures', () => {
  const hearing: CallHearing = {
    recognition: placeOf('https://a.example', ['audio']),
    languageModel: placeOf('https://a.example', ['text']),
    speech: placeOf('https://b.example', ['text']),
    pictures: placeOf('https://a.example', ['pictures']),
    remembers: true,
  };
  expect(hearingLines(hearing, true)).toEqual([
    { text: 'audioAndText', host: A },
    { text: 'pictures', host: A },
    { text: 'text', host: B },
    { text: 'remembers' },
  ]);
  expect(leavesTheMachine(hearing)).toBe(true);
});

test('nothing leaves the machine of an oracle that looks and remembers by itself', () => {
  const hearing: CallHearing = { ...HEARD_HERE, pictures: { where: 'this-machine' }, remembers: true };
  expect(hearingLines(hearing, true)).toEqual([{ text: 'here' }, { text: 'seenHere' }, { text: 'remembers' }]);
  expect(leavesTheMachine(hearing)).toBe(false);
});

test('an oracle that remembers is not said to where it was told to keep nothing of the call', () => {
  const hearing: CallHearing = { ...HEARD_HERE, remembers: true };
  expect(hearingLines(hearing, false)).toEqual([{ text: 'here' }, { text: 'keepsNothing' }]);
  expect(hearingLines(HEARD_HERE, false)).toEqual([{ text: 'here' }]);
});

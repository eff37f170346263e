import { describe, expect, it } from 'vitest';
import { TURN_DEFAULTS } from '../../oracle/turn-settings.ts';
import { backchannelSet, isBackchannel, isEchoOf, isMadeUp } from './heard-words.ts';

describe('what a recogniser makes up', () => {
  it.each([
    ['', 900],
    [' . ', 900],
    ['Thank you.', 200],
    ['you', 100],
    ['no no no no no no', 2_000],
    ['I am going to, I am going to, I am going to, I am going to', 3_000],
    ['This is far more than anybody could have said in such a moment', 300],
  ])('is %j of %i ms of voice', (text, voicedMs) => {
    expect(isMadeUp(text, voicedMs)).toBe(true);
  });

  it.each([
    ['Thank you.', 450],
    ['Yes.', 130],
    ['No no no', 900],
    ['What is the capital of France?', 1_500],
    ['The bus, the train or the plane, the bus is fine', 2_400],
  ])('is not %j of %i ms of voice', (text, voicedMs) => {
    expect(isMadeUp(text, voicedMs)).toBe(false);
  });
});

describe('a sign of listening', () => {
  const words = backchannelSet(TURN_DEFAULTS.backchannels);
  it.each(['Mhm.', 'Mm-hmm.', 'M. H. M.', 'Mmmm', 'Yes', 'Okay, right.', 'Uh-huh, I see.', 'Yeah, yeah.'])(
    'is %j',
    (text) => {
      expect(isBackchannel(text, words)).toBe(true);
    },
  );
  it.each(['Stop.', 'Yes, but not today.', 'No.', 'Wait', 'Right now', '', 'yes yes yes yes yes'])(
    'is not %j',
    (text) => {
      expect(isBackchannel(text, words)).toBe(false);
    },
  );
});

describe('the oracle’s own words', () => {
  const said = 'The capital of France is Paris, which lies on the Seine.';
  it.each(['capital of France', 'of France is parish which', 'Paris'])('are known in %j', (text) => {
    expect(isEchoOf(text, said)).toBe(true);
  });
  it.each(['Stop.', 'And what about Germany?', 'Which is the capital of Spain and Portugal', ''])(
    'are not %j',
    (text) => {
      expect(isEchoOf(text, said)).toBe(false);
    },
  );
});

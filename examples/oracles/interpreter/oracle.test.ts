import { hearingOf } from '@oracle-calls/agent/oracle';
import { converseWith, scriptedBrain } from '@oracle-calls/testing/conversation';
import { expect, test } from 'vitest';
import { interpreterBrain } from './interpreter-brain.ts';
import { ENGLISH, GERMAN, languageOf } from './languages.ts';
import { oracle } from './oracle.ts';

// What a model would write is not tested here: these are the model's questions, written down.
const translator = scriptedBrain({
  'Translate from English to German:\nWhere is the station?': 'Wo ist der Bahnhof?',
  'Translate from German to English:\nDer Bahnhof ist dort drüben.': 'The station is over there.',
  'Translate from German to English:\nZürich?': 'Zurich?',
});
const interpret = () => converseWith(interpreterBrain(translator, [ENGLISH, GERMAN]));

test('what is said in one language is said in the other, in both directions', async () => {
  const talk = interpret();
  expect(await talk.say('Where is the station?')).toBe('Wo ist der Bahnhof?');
  expect(await talk.say('Der Bahnhof ist dort drüben.')).toBe('The station is over there.');
});

test('the last translation is said again without the model, in whichever language it is asked for', async () => {
  const talk = interpret();
  expect(await talk.say('Noch einmal, bitte.')).toBe('I have not translated anything yet.');
  await talk.say('Where is the station?');
  const asked = translator.asked.length;
  expect(await talk.say('Noch einmal, bitte.')).toBe('Wo ist der Bahnhof?');
  expect(await talk.say('Say that again.')).toBe('Wo ist der Bahnhof?');
  expect(translator.asked).toHaveLength(asked);
});

test('a name alone is taken to be in the language of whoever spoke last', async () => {
  const talk = interpret();
  await talk.say('Der Bahnhof ist dort drüben.');
  expect(await talk.say('Zürich?')).toBe('Zurich?');
});

test('a language is told by its small words', () => {
  expect(languageOf('How are you?', [ENGLISH, GERMAN])).toBe(ENGLISH);
  expect(languageOf('Ich möchte bitte nach Hause.', [ENGLISH, GERMAN])).toBe(GERMAN);
  expect(languageOf('Berlin', [ENGLISH, GERMAN])).toBeUndefined();
});

test('the model gets one sentence at a time, and callers are told where it works', async () => {
  await interpret().say('Where is the station?');
  expect(translator.asked.at(-1)?.turns).toHaveLength(1);
  expect(hearingOf({}, oracle).languageModel).toEqual({ where: 'this-machine' });
});

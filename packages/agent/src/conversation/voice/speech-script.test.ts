import { expect, test } from 'vitest';
import { SpeechScript } from './speech-script.ts';

const timed = (text: string, msEach = 200) =>
  text.split(' ').map((word, i) => ({ text: word, startMs: i * msEach, endMs: (i + 1) * msEach }));

test('a word is heard from its middle on, and its time counts from the beginning of the answer', () => {
  const script = new SpeechScript();
  script.add({ text: 'It is Paris.', lengthMs: 600, words: timed('It is Paris.') });
  script.add({ text: 'Do go.', lengthMs: 400, words: timed('Do go.') });
  expect(script.heardBy(299)).toMatchObject({ text: 'It', wordCount: 1 });
  expect(script.heardBy(300).text).toBe('It is');
  expect(script.heardBy(710)).toEqual({
    text: 'It is Paris. Do',
    wordCount: 4,
    words: [...timed('It is Paris.'), { text: 'Do', startMs: 600, endMs: 800 }],
  });
  expect(script.heardBy(script.lengthMs).text).toBe('It is Paris. Do go.');
});

test('times are told in whole milliseconds, wherever a sentence begins', () => {
  const script = new SpeechScript();
  script.add({ text: 'It is Paris.', lengthMs: 612.56, words: timed('It is Paris.') });
  script.add({ text: 'Do go.', lengthMs: 400, words: timed('Do go.') });
  expect(script.heardBy(900).words?.at(-1)).toEqual({ text: 'Do', startMs: 613, endMs: 813 });
});

test('a sentence without sound is heard as soon as what comes before it was, and has no times', () => {
  const script = new SpeechScript();
  script.add({ text: 'One is here.', lengthMs: 0 });
  script.add({ text: 'It is Paris.', lengthMs: 0.1 + 0.2, words: timed('It is Paris.', 0.1) });
  script.add({ text: 'Do go.', lengthMs: 0 });
  expect(script.heardBy(0)).toEqual({ text: 'One is here.', words: undefined, wordCount: 3 });
  expect(script.heardBy(0.2).text).toBe('One is here. It is');
  // The same length, added up otherwise.
  expect(script.heardBy(0.3).text).toBe('One is here. It is Paris. Do go.');
});

test('where the voice tells no times, the text is shared out, and no times are told', () => {
  const script = new SpeechScript();
  script.add({ text: 'one two three four', lengthMs: 1_000 });
  expect(script.heardBy(500)).toEqual({ text: 'one two', words: undefined, wordCount: 2 });
});

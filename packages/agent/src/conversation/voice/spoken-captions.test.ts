import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import type { SpokenWords } from '../observer.ts';
import { SpeechScript } from './speech-script.ts';
import { SpokenCaptions } from './spoken-captions.ts';

const timed = (text: string) =>
  text.split(' ').map((word, i) => ({ text: word, startMs: i * 300, endMs: (i + 1) * 300 }));

function scene(text = 'It is Paris.') {
  const told: SpokenWords[] = [];
  const clock = new FakeClock();
  const captions = new SpokenCaptions({ words: (words) => told.push(words) }, clock);
  const script = new SpeechScript();
  script.add({ text, lengthMs: 900, words: timed(text) });
  return { told, clock, captions, script };
}

test('words are shown as they are heard, now and then, until the answer is over', async () => {
  const { told, clock, captions, script } = scene();
  for (let ms = 0; ms <= 880; ms += 20) {
    await clock.advance(20);
    captions.heard(script, ms, { isOver: false });
  }
  captions.heard(script, 900, { isOver: true });
  expect(told.map(({ text, isFinal }) => [text, isFinal])).toEqual([
    ['It', false],
    ['It is', false],
    ['It is Paris.', false],
    ['It is Paris.', true],
  ]);
  expect(told.at(-1)?.words).toEqual(timed('It is Paris.'));
  expect(new Set(told.map(({ segment }) => segment)).size).toBe(1);
});

test('of an interrupted answer the last caption is what was heard', () => {
  const { told, captions, script } = scene();
  captions.heard(script, 500, { isOver: true });
  expect(told.map(({ text, isFinal }) => [text, isFinal])).toEqual([['It is', true]]);
});

test('the next answer is another segment, and one of which nothing was heard is none', () => {
  const { told, captions, script } = scene();
  captions.heard(script, 900, { isOver: true });
  captions.heard(new SpeechScript(), 0, { isOver: true });
  const { script: next } = scene('Yes.');
  captions.heard(next, 900, { isOver: true });
  expect(new Set(told.map(({ segment }) => segment)).size).toBe(2);
});

test('what was said lately reaches into the answer before, and a little ahead', () => {
  const { captions, script } = scene();
  captions.heard(script, 900, { isOver: true });
  const { script: next } = scene('Do you know it?');
  captions.heard(next, 0, { isOver: false });
  expect(captions.lately.trim()).toBe('It is Paris. Do you');
});

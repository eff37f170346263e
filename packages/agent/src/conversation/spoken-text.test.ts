import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import type { SpokenWords } from './observer.ts';
import { SpokenText } from './spoken-text.ts';

function scene() {
  const told: SpokenWords[] = [];
  const clock = new FakeClock();
  const spoken = new SpokenText(
    { words: (words) => void told.push(words), activity: () => undefined, turn: () => undefined },
    clock,
  );
  return { told, clock, spoken };
}

test('an answer is one segment, told now and then until it is final', async () => {
  const { told, clock, spoken } = scene();
  spoken.add('It ');
  spoken.add('is ');
  await clock.advance(250);
  spoken.add('Par');
  spoken.add('is.');
  spoken.end();
  expect(told.map(({ text, isFinal }) => [text, isFinal])).toEqual([
    ['It', false],
    ['It is Par', false],
    ['It is Paris.', true],
  ]);
  expect(new Set(told.map(({ segment }) => segment)).size).toBe(1);
  expect(told.every(({ speaker }) => speaker === 'oracle')).toBe(true);
});

test('the next answer is another segment', () => {
  const { told, spoken } = scene();
  for (const text of ['One.', 'Two.']) {
    spoken.add(text);
    spoken.end();
  }
  expect(new Set(told.map(({ segment }) => segment)).size).toBe(2);
});

test('nothing said is nothing told, however often it ends', () => {
  const { told, spoken } = scene();
  spoken.add(' ');
  spoken.end();
  spoken.end();
  expect(told).toEqual([]);
});

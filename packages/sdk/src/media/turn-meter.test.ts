import { expect, test } from 'vitest';
import { TurnMeter, type TurnTimes } from './turn-meter.ts';

const LOUD = 0.1;
const SILENT = 0.001;

/** Runs a score of [duration in ms, microphone, oracle] in steps of 10 ms. */
function play(score: readonly (readonly [number, number, number])[]): TurnTimes[] {
  const meter = new TurnMeter();
  const found: TurnTimes[] = [];
  let at = 0;
  for (const [duration, microphone, oracle] of score) {
    for (const until = at + duration; at < until; at += 10) {
      const turn = meter.sample(at, microphone, oracle);
      if (turn !== undefined) found.push(turn);
    }
  }
  return found;
}

test('the question ends with its last audible sound and the answer starts with the next of the oracle', () => {
  const found = play([
    [300, SILENT, SILENT],
    [200, SILENT, LOUD],
    [500, SILENT, SILENT],
    [1_000, LOUD, SILENT],
    [700, SILENT, SILENT],
    [300, SILENT, LOUD],
  ]);
  expect(found).toEqual([{ questionEndedAt: 1_990, answerAudibleAt: 2_700 }]);
});

test('what is said before the oracle was heard is no question', () => {
  expect(
    play([
      [1_000, LOUD, SILENT],
      [300, SILENT, LOUD],
      [500, SILENT, SILENT],
      [300, SILENT, LOUD],
    ]),
  ).toEqual([]);
});

test('a cough is no question', () => {
  expect(
    play([
      [200, SILENT, LOUD],
      [300, SILENT, SILENT],
      [100, LOUD, SILENT],
      [300, SILENT, SILENT],
      [300, SILENT, LOUD],
    ]),
  ).toEqual([]);
});

test("the oracle's echo in the microphone is no question", () => {
  expect(
    play([
      [2_000, LOUD, LOUD],
      [300, SILENT, SILENT],
      [300, LOUD, LOUD],
    ]),
  ).toEqual([]);
});

test('a gap between two words of the greeting is not the start of an answer', () => {
  expect(
    play([
      [200, SILENT, LOUD],
      [300, SILENT, SILENT],
      [150, LOUD, SILENT],
      [200, SILENT, LOUD],
      [150, LOUD, SILENT],
      [200, SILENT, LOUD],
    ]),
  ).toEqual([]);
});

test('only the first turn is told', () => {
  const turn = [
    [600, LOUD, SILENT],
    [300, SILENT, SILENT],
    [300, SILENT, LOUD],
    [300, SILENT, SILENT],
  ] as const;
  expect(play([[200, SILENT, LOUD], [300, SILENT, SILENT], ...turn, ...turn])).toHaveLength(1);
});

import { expect, test } from 'vitest';
import { SpokenLevel } from './spoken-level.ts';

test('is that of the sound that is heard now, and none in between and after it', () => {
  const level = new SpokenLevel();
  level.note(0.2, 100, 10);
  level.note(0.4, 110, 10);
  level.note(0.6, 130, 10);
  expect([90, 100, 109, 110, 120, 130, 139, 140].map((now) => level.at(now))).toEqual([
    0, 0.2, 0.2, 0.4, 0, 0.6, 0.6, 0,
  ]);
});

test('is none once what was to come is dropped', () => {
  const level = new SpokenLevel();
  level.note(0.5, 0, 100);
  expect(level.at(50)).toBe(0.5);
  level.clear();
  expect(level.at(60)).toBe(0);
});

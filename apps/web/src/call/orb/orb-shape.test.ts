import { expect, test } from 'vitest';
import { heightOf, petalsOf, settle, type OrbMood } from './orb-shape.ts';

const MOODS = ['waiting', 'listening', 'thinking', 'speaking'] as const satisfies readonly OrbMood[];

test('standing still, no two moods look alike', () => {
  const drawings = MOODS.map((mood) => JSON.stringify(petalsOf(mood, 0, 0, 0)));
  expect(new Set(drawings).size).toBe(MOODS.length);
});

test('the oracle’s voice unfolds it when it speaks, and the caller’s when it listens', () => {
  const reach = (mood: OrbMood, oracle: number, caller: number): number =>
    Math.max(...petalsOf(mood, 0, oracle, caller).map(({ radius, bend }) => radius + bend));
  expect(reach('speaking', 1, 0)).toBeGreaterThan(reach('speaking', 0, 0));
  expect(reach('listening', 0, 1)).toBeGreaterThan(reach('listening', 0, 0));
});

test('nothing leaves the drawing, however loud and whenever', () => {
  for (const mood of MOODS) {
    for (let seconds = 0; seconds < 20; seconds += 0.7) {
      for (const { radius, bend, width } of petalsOf(mood, seconds, 1, 1)) {
        expect(radius + bend + width / 2).toBeLessThanOrEqual(1);
        expect(radius - bend).toBeGreaterThan(0);
      }
    }
  }
});

test('loudness becomes a height between nothing and all', () => {
  expect([0, 0.05, 0.2, 1].map(heightOf)).toEqual([0, 0.5, 1, 1]);
});

test('it rises faster than it falls, and gets there', () => {
  expect(settle(0, 1, 40)).toBeCloseTo(0.5);
  expect(settle(1, 0, 40)).toBeGreaterThan(0.8);
  expect(settle(0, 1, 10_000)).toBeCloseTo(1);
});

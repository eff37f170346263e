import { describe, expect, test } from 'vitest';
import { correlation, ECHO_STEP_MS, EchoDetector } from './echo-detector.ts';

/** A small generator of even numbers in 0…1 (mulberry32), so that a failure can be looked at again. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const stepsOf = (ms: number): number => Math.round(ms / ECHO_STEP_MS);

/** Loudness of somebody who speaks: syllables of 100 to 300 ms, gaps of 50 to 150 ms, now and then a breath. */
function speech(seed: number, ms: number): number[] {
  const random = randomOf(seed);
  const levels: number[] = [];
  while (levels.length < stepsOf(ms)) {
    const loudness = 0.03 + 0.25 * random() ** 2;
    for (let step = 0; step < 2 + Math.floor(random() * 5); step += 1) levels.push(loudness);
    const gap = random() < 0.1 ? 8 : 1 + Math.floor(random() * 3);
    for (let step = 0; step < gap; step += 1) levels.push(0.002);
  }
  return levels.slice(0, stepsOf(ms));
}

/** Levels are read over a few milliseconds: the pitch makes them jump by some decibels. */
function measured(levels: readonly number[], seed: number): number[] {
  const random = randomOf(seed);
  return levels.map((level) => level * 10 ** ((random() + random() - 1) * 0.3) + 0.0005 * random());
}

const delayed = (levels: readonly number[], steps: number, gain: number): number[] =>
  levels.map((_level, step) => (levels[step - steps] ?? 0) * gain);
const silence = (ms: number): number[] => Array.from({ length: stepsOf(ms) }, () => 0);
const sum = (one: readonly number[], other: readonly number[]): number[] =>
  one.map((level, step) => Math.hypot(level, other[step] ?? 0));

/** When an echo is told, in ms; `undefined` when it is not. */
function toldAt(microphone: readonly number[], oracle: readonly number[]): number | undefined {
  const detector = new EchoDetector();
  const step = oracle.findIndex((level, index) => detector.sample(microphone[index] ?? 0, level));
  return step === -1 ? undefined : step * ECHO_STEP_MS;
}

const MINUTE_MS = 60_000;
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

describe('an echo is told', () => {
  test.each([0, 50, 150, 300, 500])('when it comes after %i ms, within some seconds of speech', (lagMs) => {
    for (const seed of SEEDS) {
      const oracle = speech(seed, 20_000);
      const microphone = delayed(oracle, stepsOf(lagMs), 0.3);
      const at = toldAt(measured(microphone, seed + 100), measured(oracle, seed + 200));
      expect(at, `seed ${seed}`).toBeLessThan(15_000);
    }
  });

  test('when the user says a word into it now and then', () => {
    const oracle = speech(3, 30_000);
    const words = speech(4, 30_000).map((level, step) => (step % stepsOf(6_000) < stepsOf(800) ? level : 0));
    const microphone = sum(delayed(oracle, 3, 0.4), words);
    expect(toldAt(measured(microphone, 5), measured(oracle, 6))).toBeLessThan(30_000);
  });
});

describe('no echo is told', () => {
  test('when both talk at once for minutes', () => {
    for (const seed of SEEDS) {
      const [oracle, microphone] = [speech(seed, 5 * MINUTE_MS), speech(seed + 500, 5 * MINUTE_MS)];
      expect(toldAt(measured(microphone, seed + 1000), measured(oracle, seed + 2000)), `seed ${seed}`).toBeUndefined();
    }
  });

  test('when one talks after the other, as people do', () => {
    for (const seed of SEEDS) {
      const turns = (isOracle: boolean, levels: number[]): number[] =>
        levels.map((level, step) => (Math.floor(step / stepsOf(3_000)) % 2 === (isOracle ? 0 : 1) ? level : 0));
      const oracle = turns(true, speech(seed, 3 * MINUTE_MS));
      const microphone = turns(false, speech(seed + 500, 3 * MINUTE_MS));
      expect(toldAt(measured(microphone, seed + 1000), measured(oracle, seed + 2000)), `seed ${seed}`).toBeUndefined();
    }
  });

  test.each([
    ['the user is silent or muted', silence(MINUTE_MS), speech(1, MINUTE_MS)],
    ['the oracle is silent', speech(1, MINUTE_MS), silence(MINUTE_MS)],
    ['nobody says anything', silence(MINUTE_MS), silence(MINUTE_MS)],
    ['both hum without a change', speech(1, MINUTE_MS).map(() => 0.1), speech(1, MINUTE_MS).map(() => 0.1)],
  ])('when %s', (_what, microphone, oracle) => {
    expect(toldAt(microphone, oracle)).toBeUndefined();
  });

  test('when the echo is so soft that nobody hears it', () => {
    const oracle = speech(1, MINUTE_MS);
    expect(toldAt(delayed(oracle, 2, 0.02), oracle)).toBeUndefined();
  });

  test('of what was before the steps were uneven', () => {
    const detector = new EchoDetector();
    const oracle = speech(1, 60_000);
    const told = oracle.filter((level, step) => {
      if (step % stepsOf(3_000) === 0) detector.forget();
      return detector.sample(level, level);
    });
    expect(told).toEqual([]);
    expect(toldAt(oracle, oracle)).toBeDefined();
  });
});

test('correlation is 1 for what rises and falls together, −1 for the opposite, 0 for what does not change', () => {
  expect(correlation([1, 2, 3], [10, 20, 30])).toBeCloseTo(1);
  expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
  expect(correlation([1, 2, 3], [5, 5, 5])).toBe(0);
  expect(correlation([], [])).toBe(0);
});

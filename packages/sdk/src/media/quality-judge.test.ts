import { expect, test } from 'vitest';
import { BETTER_LOOKS, JUDGED_PACKETS_MIN, QualityJudge, WORSE_LOOKS } from './quality-judge.ts';
import type { NetworkSample } from './sfu-port.ts';

/** A connection that is looked at: each look adds a hundred packets. */
function createConnection() {
  const judge = new QualityJudge();
  let [expectedPackets, lostPackets] = [0, 0];
  return (now: { roundTripMs?: number; jitterMs?: number; lost?: number; packets?: number } = {}) => {
    expectedPackets += now.packets ?? 100;
    lostPackets += now.lost ?? 0;
    const { roundTripMs = 40, jitterMs = 5 } = now;
    return judge.look({ roundTripMs, jitterMs, expectedPackets, lostPackets })?.level;
  };
}

const GOOD = {};
const repeat = <T>(count: number, look: () => T): T[] => Array.from({ length: count }, look);

test('the first level is told at the second look, which is the first with a difference', () => {
  const look = createConnection();
  expect(look()).toBeUndefined();
  expect(look()).toBe('good');
  expect(look()).toBeUndefined();
});

test.each([
  ['the round trip', { roundTripMs: 300 }, { roundTripMs: 700 }],
  ['unevenness', { jitterMs: 50 }, { jitterMs: 150 }],
  ['losses', { lost: 5 }, { lost: 15 }],
])('%s makes it fair, and then poor', (_what, fair, poor) => {
  const look = createConnection();
  repeat(2, () => look());
  expect(repeat(WORSE_LOOKS, () => look(fair)).at(-1)).toBe('fair');
  expect(repeat(WORSE_LOOKS, () => look(poor)).at(-1)).toBe('poor');
});

test('one bad look is none', () => {
  const look = createConnection();
  repeat(2, () => look());
  expect([look({ lost: 50 }), look(GOOD), look({ lost: 50 }), look(GOOD)]).toEqual(repeat(4, () => undefined));
});

test('better is believed later than worse', () => {
  const look = createConnection();
  repeat(2, () => look());
  repeat(WORSE_LOOKS, () => look({ lost: 15 }));
  const looks = repeat(BETTER_LOOKS, () => look(GOOD));
  expect(looks).toEqual([...repeat(BETTER_LOOKS - 1, () => undefined), 'good']);
  expect(BETTER_LOOKS).toBeGreaterThan(WORSE_LOOKS);
});

test('numbers that swing about a bound do not make the level flicker', () => {
  const look = createConnection();
  repeat(2, () => look());
  repeat(WORSE_LOOKS, () => look({ roundTripMs: 260 }));
  const told = repeat(20, () => [look({ roundTripMs: 240 }), look({ roundTripMs: 260 })]).flat();
  expect(told.filter((level) => level !== undefined)).toEqual([]);
});

test('few packets are not judged by one that was lost, and are remembered until there are enough', () => {
  const look = createConnection();
  repeat(2, () => look());
  const few = { packets: JUDGED_PACKETS_MIN / 5, lost: 1 };
  expect(repeat(4, () => look(few))).toEqual(repeat(4, () => undefined));
  // One in ten, over fifty packets and then again.
  expect(repeat(10, () => look(few)).filter((level) => level !== undefined)).toEqual(['poor']);
});

test('a track that went takes its counts along, and nothing is judged by the difference', () => {
  const judge = new QualityJudge();
  const sample = (expectedPackets: number, lostPackets: number): NetworkSample => ({
    roundTripMs: 40,
    jitterMs: 5,
    expectedPackets,
    lostPackets,
  });
  judge.look(sample(1_000, 0));
  expect(judge.look(sample(1_100, 0))).toEqual({ level: 'good', roundTripMs: 40, lossRatio: 0 });
  expect(judge.look(sample(500, 400))).toBeUndefined();
  expect(judge.look(sample(600, 400))).toBeUndefined();
});

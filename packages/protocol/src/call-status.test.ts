import { expect, test } from 'vitest';
import { CALL_STATUSES, CALL_TRANSITIONS, type CallStatus, canMove, END_REASONS } from './call-status.ts';

const LAWFUL: readonly (readonly [CallStatus, CallStatus])[] = [
  ['pending', 'active'],
  ['pending', 'ended'],
  ['active', 'ended'],
];

const everyPair = CALL_STATUSES.flatMap((from) => CALL_STATUSES.map((to) => [from, to] as const));

test.each(everyPair)('%s → %s', (from, to) => {
  expect(canMove(from, to)).toBe(LAWFUL.some(([a, b]) => a === from && b === to));
});

test('no walk ever comes back to a status', () => {
  const reachable = (from: CallStatus): readonly CallStatus[] =>
    CALL_TRANSITIONS[from].flatMap((next) => [next, ...reachable(next)]);
  for (const status of CALL_STATUSES) expect(reachable(status)).not.toContain(status);
});

test('every status leads to the end, and nothing leads out of it', () => {
  for (const status of CALL_STATUSES.filter((each) => each !== 'ended')) expect(canMove(status, 'ended')).toBe(true);
  expect(CALL_TRANSITIONS.ended).toEqual([]);
});

test('end reasons are distinct words that stand in a log and a URL', () => {
  expect(new Set(END_REASONS).size).toBe(END_REASONS.length);
  for (const reason of END_REASONS) expect(reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

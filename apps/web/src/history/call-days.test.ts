import { ScriptedHistory, SCRIPTED_ORACLE } from '@oracle-calls/testing';
import { expect, test } from 'vitest';
import { byDay, dayHeading, lengthOf, timeAgo } from './call-days.ts';

const words = { today: 'Today', yesterday: 'Yesterday' };
/** A moment of this machine's calendar. */
const at = (year: number, month: number, day: number, hour = 0, minute = 0): number =>
  new Date(year, month - 1, day, hour, minute).getTime();

test('calls stand under the day on which they began, by the calendar of this machine', () => {
  const history = new ScriptedHistory();
  const starts = [at(2026, 3, 28, 23, 59), at(2026, 3, 29, 0, 1), at(2026, 3, 29, 18), at(2026, 4, 2, 9)];
  for (const startedAt of starts) history.add({ oracleDid: SCRIPTED_ORACLE, startedAt });
  expect(byDay(history.calls).map(({ startsAt, calls }) => [startsAt, calls.length])).toEqual([
    [at(2026, 4, 2), 1],
    [at(2026, 3, 29), 2],
    [at(2026, 3, 28), 1],
  ]);
});

test('today and yesterday are words, also around midnight, and other days are dates', () => {
  const now = at(2026, 3, 30, 0, 5);
  const heading = (startsAt: number): string => dayHeading(startsAt, now, 'en', words);
  expect(heading(at(2026, 3, 30))).toBe('Today');
  expect(heading(at(2026, 3, 29))).toBe('Yesterday');
  expect(heading(at(2026, 3, 28))).toBe('Saturday, March 28');
  expect(heading(at(2025, 12, 31))).toBe('Wednesday, December 31, 2025');
  expect(dayHeading(at(2026, 3, 28), now, 'ar', words)).toContain('مارس');
});

test.each([
  [5, '5 seconds ago'],
  [200, '3 minutes ago'],
  [7_300, '2 hours ago'],
  [90_000, 'yesterday'],
  [86_400 * 5, '5 days ago'],
])('%i seconds ago is told as such', (seconds, text) => {
  const now = at(2026, 3, 30);
  expect(timeAgo(now - seconds * 1_000, now, 'en')).toBe(text);
});

test('a call in the future of a clock that is wrong began now', () => {
  expect(timeAgo(2_000, 1_000, 'en')).toBe('now');
});

test.each([
  [0, '0 seconds'],
  [400, '0 seconds'],
  [65_000, '1 minute, 5 seconds'],
  [7_200_000, '2 hours'],
  [3_661_000, '1 hour, 1 minute, 1 second'],
])('%i ms last %s', (ms, text) => {
  expect(lengthOf(ms, 'en')).toBe(text);
});

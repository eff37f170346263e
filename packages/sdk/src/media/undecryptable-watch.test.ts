import { FakeClock } from '@oracle-calls/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DropReason } from '../frame-cryptor/worker-messages.ts';
import { UNDECRYPTABLE_AFTER_MS, UndecryptableWatch, type WatchedTrack } from './undecryptable-watch.ts';

const NOTHING_DROPPED = { 'not-admitted': 0, 'no-key': 0, codec: 0, malformed: 0, 'not-authentic': 0, exhausted: 0 };

let clock: FakeClock;
let tracks: readonly WatchedTrack[];
let told: string[];
let watch: UndecryptableWatch;

beforeEach(() => {
  clock = new FakeClock();
  tracks = [];
  told = [];
  watch = new UndecryptableWatch({
    clock,
    look: async () => tracks,
    onUndecryptable: (participantIdentity) => told.push(participantIdentity),
  });
});

afterEach(() => watch[Symbol.dispose]());

function track(passed: number, dropped: Partial<Record<DropReason, number>>, transform = 1): WatchedTrack {
  return {
    participantIdentity: `agent-${transform}`,
    report: { transform, direction: 'open', medium: 'audio', passed, dropped: { ...NOTHING_DROPPED, ...dropped } },
  };
}

/** Some seconds in which each half second brings what `next` says. */
async function live(durationMs: number, next: (halfSecond: number) => readonly WatchedTrack[]): Promise<void> {
  for (let at = 0; at * 500 < durationMs; at += 1) {
    tracks = next(at);
    await clock.advance(500);
  }
}

test.each(['no-key', 'not-authentic', 'malformed', 'codec'] as const)(
  'frames that keep coming and are all dropped (%s) are told once, by name',
  async (reason) => {
    await live(UNDECRYPTABLE_AFTER_MS, (at) => [track(0, { [reason]: 25 * at })]);
    expect(told).toEqual([]);
    await live(UNDECRYPTABLE_AFTER_MS, (at) => [track(0, { [reason]: 1000 + 25 * at })]);
    expect(told).toEqual(['agent-1']);
    await live(3 * UNDECRYPTABLE_AFTER_MS, (at) => [track(0, { [reason]: 2000 + 25 * at })]);
    expect(told).toEqual(['agent-1']);
  },
);

test('as long as some open nobody is told, and after some have opened it is told anew', async () => {
  await live(4 * UNDECRYPTABLE_AFTER_MS, (at) => [track(at, { 'not-authentic': 25 * at })]);
  expect(told).toEqual([]);
  await live(2 * UNDECRYPTABLE_AFTER_MS, (at) => [track(100, { 'not-authentic': 1000 + 25 * at })]);
  expect(told).toEqual(['agent-1']);
  await live(UNDECRYPTABLE_AFTER_MS, (at) => [track(200 + at, { 'not-authentic': 2000 })]);
  await live(2 * UNDECRYPTABLE_AFTER_MS, (at) => [track(300, { 'not-authentic': 3000 + 25 * at })]);
  expect(told).toEqual(['agent-1', 'agent-1']);
});

test('silence, and frames that came before the participant was admitted, are no fault', async () => {
  await live(4 * UNDECRYPTABLE_AFTER_MS, () => [track(50, { 'not-authentic': 3 })]);
  await live(4 * UNDECRYPTABLE_AFTER_MS, (at) => [track(0, { 'not-admitted': 25 * at }, 2)]);
  expect(told).toEqual([]);
});

test('each track is watched for itself', async () => {
  await live(2 * UNDECRYPTABLE_AFTER_MS, (at) => [track(25 * at, {}), track(0, { 'no-key': 25 * at }, 2)]);
  expect(told).toEqual(['agent-2']);
});

test('disposed, it leaves no timer', () => {
  watch[Symbol.dispose]();
  expect(clock.pendingTimers).toBe(0);
});

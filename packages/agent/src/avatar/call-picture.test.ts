import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import type { ConversationObserver } from '../conversation/observer.ts';
import type { Avatar, AvatarMoment } from './avatar.ts';
import { CallPicture, PICTURE_EVERY_MS } from './call-picture.ts';

const SIZE = { width: 16, height: 16 };

/** A call's picture with an avatar of the test's. */
function scene(draw: Avatar['draw'] = () => undefined, size = SIZE) {
  const clock = new FakeClock();
  const over = new AbortController();
  const moments: AvatarMoment[] = [];
  const shown: number[] = [];
  const output = { ...SIZE, isShown: true, show: (rgba: Uint8Array) => void shown.push(rgba[0] ?? -1) };
  const warnings: string[] = [];
  const voice = { level: () => 0 };
  let opened = 0;
  const picture = new CallPicture({
    openAvatar: () => {
      opened += 1;
      return Promise.resolve({
        ...size,
        draw: (frame, moment) => {
          moments.push(moment);
          return draw(frame, moment);
        },
      });
    },
    show: () => Promise.resolve(output),
    voice,
    clock,
    log: { ...silentLogger, warn: (message) => void warnings.push(message) },
    signal: over.signal,
  });
  return { clock, over, picture, moments, shown, output, warnings, voice, opened: () => opened };
}

test('pictures follow each other faster while the oracle is heard', async () => {
  const { clock, picture, moments, voice, over } = scene();
  void picture.begin();
  await clock.advance(1_600);
  expect(moments.length).toBeCloseTo(1_600 / PICTURE_EVERY_MS.listening, -1);
  const before = moments.length;
  voice.level = () => 0.1;
  await clock.advance(1_600);
  expect(moments.length - before).toBeGreaterThan(20);
  expect(moments.at(-1)).toMatchObject({ level: 0.1, activity: 'listening' });
  over.abort();
  await clock.settle();
  expect(clock.pendingTimers).toBe(0);
});

test('what nobody would see is not drawn', async () => {
  const { clock, picture, moments, output, over } = scene();
  output.isShown = false;
  void picture.begin();
  await clock.advance(5_000);
  expect(moments).toEqual([]);
  output.isShown = true;
  await clock.advance(500);
  expect(moments.length).toBeGreaterThan(0);
  over.abort();
});

test('it knows what the oracle does, and whoever else observes is told as before', async () => {
  const { clock, picture, moments, over } = scene();
  const told: unknown[] = [];
  const observer: ConversationObserver = {
    words: ({ text }) => void told.push(text),
    activity: (activity) => void told.push(activity),
    turn: ({ turn }) => void told.push(turn),
  };
  const watching = picture.watching(observer);
  watching.activity('thinking');
  watching.words({ speaker: 'user', segment: 's', text: 'hello', isFinal: true });
  watching.turn({ turn: 1, userStoppedAt: 0, outcome: 'answered' });
  expect(told).toEqual(['thinking', 'hello', 1]);
  void picture.begin();
  await clock.settle();
  expect(moments[0]).toMatchObject({ activity: 'thinking', atMs: 0 });
  over.abort();
});

test('begun twice it is shown once', async () => {
  const { clock, picture, opened, over } = scene();
  void picture.begin();
  void picture.begin();
  await clock.advance(100);
  expect(opened()).toBe(1);
  over.abort();
});

test('a drawing that fails is told, and the call goes on without it', async () => {
  const { clock, picture, warnings } = scene(() => Promise.reject(new Error('no ink')));
  const done = picture.begin();
  await clock.advance(100);
  await done;
  expect(warnings).toEqual(['the picture of the oracle failed']);
});

test('where the orb fits in its place, it stands in for it', async () => {
  const { clock, picture, warnings, moments, shown, over } = scene(() => Promise.reject(new Error('no ink')), {
    width: 256,
    height: 256,
  });
  void picture.begin();
  await clock.advance(2_000);
  expect(warnings).toEqual(['the avatar failed; the orb stands in for it']);
  expect(moments.length).toBe(1);
  expect(shown.length).toBeGreaterThan(3);
  over.abort();
});

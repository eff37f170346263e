import type { AudioFrame } from '@livekit/rtc-node';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { VOICE_SAMPLE_RATE } from '../pcm/index.ts';
import { LocalSound } from './local-sound.ts';

const sound = (ms: number, level = 0.5): Float32Array => new Float32Array((VOICE_SAMPLE_RATE * ms) / 1000).fill(level);

function scene() {
  const clock = new FakeClock();
  const microphone = new LocalSound(clock);
  const startedAt = clock.now();
  const frames: { readonly at: number; readonly frame: AudioFrame }[] = [];
  const connect = (): void =>
    microphone.connect({ play: async (frame) => void frames.push({ at: clock.now() - startedAt, frame }) });
  return { clock, microphone, frames, connect };
}

test('sound leaves in frames of 20 ms, in real time but for a lead of 100 ms', async () => {
  const { clock, microphone, frames, connect } = scene();
  connect();
  let isPlayed = false;
  void microphone.play(sound(1_000)).then(() => (isPlayed = true));
  await clock.settle();
  expect(frames).toHaveLength(6);
  await clock.advance(500);
  expect(frames).toHaveLength(31);
  expect(frames.every(({ frame }) => frame.samplesPerChannel === 960 && frame.sampleRate === 48_000)).toBe(true);
  await clock.advance(499);
  expect(isPlayed).toBe(false);
  await clock.advance(1);
  expect(isPlayed).toBe(true);
});

test('what follows at once is heard without a gap, and never at the same time', async () => {
  const { clock, microphone, frames, connect } = scene();
  connect();
  void microphone.play(sound(100, 0.1));
  void microphone.play(sound(100, 0.9));
  await clock.advance(1_000);
  const levels = frames.map(({ frame }) => Math.round((frame.data[0] ?? 0) / 3_276.8));
  expect(levels).toEqual([1, 1, 1, 1, 1, 9, 9, 9, 9, 9]);
});

test('a rest shorter than a frame is filled with silence', async () => {
  const { clock, microphone, frames, connect } = scene();
  connect();
  void microphone.play(sound(25));
  await clock.advance(100);
  const last = frames.at(-1)?.frame.data;
  expect([last?.[239], last?.[240], last?.length]).toEqual([16_384, 0, 960]);
});

test('the level is that of the sound that is played now, and nothing afterwards', async () => {
  const { clock, microphone, connect } = scene();
  connect();
  expect(microphone.level()).toBe(0);
  void microphone.play(sound(200));
  await clock.settle();
  expect(microphone.level()).toBeCloseTo(0.5);
  await clock.advance(199);
  expect(microphone.level()).toBeCloseTo(0.5);
  await clock.advance(1);
  expect(microphone.level()).toBe(0);
});

test('sound that nobody takes is lost, in its own time', async () => {
  const { clock, microphone, frames, connect } = scene();
  let isPlayed = false;
  void microphone.play(sound(200)).then(() => (isPlayed = true));
  await clock.advance(199);
  connect();
  expect(isPlayed).toBe(false);
  await clock.advance(1);
  expect(isPlayed).toBe(true);
  expect(frames).toEqual([]);
});

test('an abort ends one sound, and the next is heard', async () => {
  const { clock, microphone, frames, connect } = scene();
  connect();
  const controller = new AbortController();
  const played = microphone.play(sound(1_000), { signal: controller.signal });
  const reason = new Error('enough');
  await clock.advance(100);
  controller.abort(reason);
  await expect(played).rejects.toBe(reason);
  const before = frames.length;
  void microphone.play(sound(40));
  await clock.advance(1_000);
  expect(frames.length).toBe(before + 2);
});

test('stopped, it says nothing any more and leaves no timer', async () => {
  const { clock, microphone, frames, connect } = scene();
  connect();
  const played = microphone.play(sound(1_000));
  await clock.settle();
  const before = frames.length;
  microphone.stop();
  await expect(played).rejects.toThrow('off');
  await expect(microphone.play(sound(20))).rejects.toThrow('off');
  expect(frames.length).toBe(before);
  expect(clock.pendingTimers).toBe(0);
});

import { AudioFrame } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { TrackSpeaker } from './track-speaker.ts';

/** Ten milliseconds. */
const frame = (rate: number): AudioFrame => new AudioFrame(new Int16Array(rate / 100), rate, 1, rate / 100);

test('a frame is captured only when the owner wants it and the gate is open', async () => {
  for (const isMuted of [true, false]) {
    for (const gate of ['shut', 'open'] as const) {
      const speaker = new TrackSpeaker();
      speaker.setMuted(isMuted);
      speaker.setGate(gate);
      await speaker.play(frame(speaker.sampleRate));
      expect(speaker.queuedMs > 0, `${isMuted} ${gate}`).toBe(!isMuted && gate === 'open');
      await speaker.close();
    }
  }
});

test('shut or muted at first, and what is queued is thrown away when either comes', async () => {
  const speaker = new TrackSpeaker();
  await speaker.play(frame(speaker.sampleRate));
  expect(speaker.queuedMs).toBe(0);
  speaker.setMuted(false);
  await speaker.play(frame(speaker.sampleRate));
  expect(speaker.queuedMs).toBe(0);
  speaker.setGate('open');
  for (const silence of [() => speaker.setGate('shut'), () => speaker.setMuted(true)]) {
    speaker.setGate('open');
    await speaker.play(frame(speaker.sampleRate));
    expect(speaker.queuedMs).toBeGreaterThan(0);
    silence();
    expect(speaker.queuedMs).toBe(0);
  }
  await speaker.close();
});

test('its level is that of what is heard at the moment, not of what waits, and none once that is thrown away', async () => {
  let now = 1_000;
  const speaker = new TrackSpeaker({ now: () => now });
  speaker.setMuted(false);
  speaker.setGate('open');
  const rate = speaker.sampleRate;
  const loud = new AudioFrame(new Int16Array(rate / 10).fill(16_384), rate, 1, rate / 10);
  expect(speaker.level()).toBe(0);
  await speaker.play(frame(rate));
  await speaker.play(loud);
  expect(speaker.level()).toBe(0);
  now += 60;
  expect(speaker.level()).toBeCloseTo(0.5);
  now += 200;
  expect(speaker.level()).toBe(0);
  await speaker.play(loud);
  now += 60;
  speaker.setMuted(true);
  expect([speaker.level(), speaker.isMuted]).toEqual([0, true]);
  await speaker.close();
});

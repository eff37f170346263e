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

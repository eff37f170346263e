import { AudioFrame } from '@livekit/rtc-node';
import { initializeLogger, voice } from '@livekit/agents';
import { FakeClock } from '@oracle-calls/testing/clock';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Speaker } from '@oracle-calls/node-media/seat';
import { VoiceOutput } from './voice-output.ts';

const RATE = 48_000;
/** 20 ms. */
const frame = (): AudioFrame => new AudioFrame(new Int16Array(960), RATE, 1, 960);

/** A speaker whose sound is played when the test says so. */
class FakeSpeaker implements Speaker {
  readonly sampleRate = RATE;
  played = 0;
  queuedMs = 0;
  cleared = 0;
  #drained = Promise.withResolvers<void>();

  play(): Promise<void> {
    this.played += 1;
    this.queuedMs += 20;
    return Promise.resolve();
  }

  drained(): Promise<void> {
    return this.#drained.promise;
  }

  clear(): void {
    this.cleared += 1;
    this.queuedMs = 0;
  }

  finishPlaying(): void {
    this.queuedMs = 0;
    this.#drained.resolve();
    this.#drained = Promise.withResolvers<void>();
  }
}

function scene() {
  const speaker = new FakeSpeaker();
  const output = new VoiceOutput(speaker, new FakeClock());
  const notices: string[] = [];
  output.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => notices.push('started'));
  output.on(voice.AudioOutput.EVENT_PLAYBACK_FINISHED, (event: voice.PlaybackFinishedEvent) =>
    notices.push(`finished at ${event.playbackPosition}${event.interrupted ? ', interrupted' : ''}`),
  );
  return { speaker, output, notices };
}

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

describe("the framework's voice output", () => {
  it('tells when a stretch of speech starts and when it has been played', async () => {
    const { speaker, output, notices } = scene();
    await output.captureFrame(frame());
    await output.captureFrame(frame());
    output.flush();
    expect(notices).toEqual(['started']);
    speaker.finishPlaying();
    await output.waitForPlayout();
    expect(notices).toEqual(['started', 'finished at 0.04']);
  });

  it('when interrupted, drops what is queued and says how much was heard', async () => {
    const { speaker, output, notices } = scene();
    for (let i = 0; i < 5; i++) await output.captureFrame(frame());
    speaker.queuedMs = 60;
    output.clearBuffer();
    const { interrupted, playbackPosition } = await output.waitForPlayout();
    expect({ interrupted, playbackPosition, cleared: speaker.cleared }).toEqual({
      interrupted: true,
      playbackPosition: 0.04,
      cleared: 1,
    });
    expect(notices).toEqual(['started', 'finished at 0.04, interrupted']);
  });

  it('when interrupted while the rest is being played, finishes once', async () => {
    const { speaker, output, notices } = scene();
    await output.captureFrame(frame());
    output.flush();
    output.clearBuffer();
    await output.waitForPlayout();
    speaker.finishPlaying();
    await Promise.resolve();
    expect(notices.filter((notice) => notice.startsWith('finished'))).toHaveLength(1);
  });

  it('clears nothing when nothing is spoken', () => {
    const { speaker, output } = scene();
    output.clearBuffer();
    output.flush();
    expect(speaker.cleared).toBe(0);
  });

  it('holds speech back while paused', async () => {
    const { speaker, output } = scene();
    await output.captureFrame(frame());
    output.pause();
    const held = output.captureFrame(frame());
    await Promise.resolve();
    expect(speaker.played).toBe(1);
    output.resume();
    await held;
    expect(speaker.played).toBe(2);
  });

  it('lets speech go that is interrupted while paused', async () => {
    const { speaker, output } = scene();
    output.pause();
    const held = output.captureFrame(frame());
    await Promise.resolve();
    output.clearBuffer();
    await held;
    expect(speaker.played).toBe(0);
  });
});

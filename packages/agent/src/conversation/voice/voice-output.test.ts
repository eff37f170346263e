import { AudioFrame } from '@livekit/rtc-node';
import { initializeLogger, voice } from '@livekit/agents';
import { FakeClock } from '@oracle-calls/testing/clock';
import { beforeAll, describe, expect, it } from 'vitest';
import { FakeSpeaker } from '../fake-speaker.fixture.ts';
import { SpeechScript } from './speech-script.ts';
import { VoiceOutput } from './voice-output.ts';

const FRAME_MS = 20;
const SAMPLES = 960;

/** Frames that can be told apart by their number. */
const frame = (number: number): AudioFrame => new AudioFrame(new Int16Array(SAMPLES).fill(number), 48_000, 1, SAMPLES);

const timed = (text: string, msEach: number) =>
  text.split(' ').map((word, i) => ({ text: word, startMs: i * msEach, endMs: (i + 1) * msEach }));

function scene() {
  const clock = new FakeClock();
  const speaker = new FakeSpeaker(clock);
  const script = new SpeechScript();
  script.add({ text: 'It is Paris.', lengthMs: 300, words: timed('It is Paris.', 100) });
  const notices: string[] = [];
  const heard: number[] = [];
  const output = new VoiceOutput(speaker, clock, () => script, {
    fellSilent: () => notices.push('silent'),
    heard: (_script, ms, { isOver }) => (isOver ? notices.push(`heard ${ms}`) : heard.push(ms)),
  });
  output.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => notices.push('started'));
  output.on(voice.AudioOutput.EVENT_PLAYBACK_FINISHED, (event: voice.PlaybackFinishedEvent) =>
    notices.push(
      `finished at ${event.playbackPosition}${event.interrupted ? `, interrupted: ${event.synchronizedTranscript}` : ''}`,
    ),
  );
  /** Says so many frames, as fast as the speaker takes them. */
  const say = async (count: number, from = 0): Promise<void> => {
    for (let i = from; i < from + count; i++) await output.captureFrame(frame(i));
  };
  return { clock, speaker, output, notices, heard, say };
}

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

describe("the framework's voice output", () => {
  it('tells when a stretch of speech starts and when it has been played', async () => {
    const { clock, output, notices, say } = scene();
    await say(2);
    output.flush();
    expect(notices).toEqual(['started']);
    await clock.advance(40);
    await output.waitForPlayout();
    expect(notices).toEqual(['started', 'heard 40', 'finished at 0.04']);
  });

  it('when interrupted, drops what is queued and says which words were heard', async () => {
    const { clock, speaker, output, notices, say } = scene();
    const saying = say(15);
    await clock.advance(160);
    output.clearBuffer();
    await saying;
    await output.waitForPlayout();
    expect(notices).toEqual(['started', 'silent', 'heard 160', 'finished at 0.16, interrupted: It is']);
    expect(speaker.heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('when interrupted while the rest is being played, finishes once', async () => {
    const { clock, output, notices, say } = scene();
    await say(2);
    output.flush();
    output.clearBuffer();
    await output.waitForPlayout();
    await clock.advance(100);
    expect(notices.filter((notice) => notice.startsWith('finished'))).toHaveLength(1);
  });

  it('clears nothing when nothing is spoken', () => {
    const { speaker, output } = scene();
    output.clearBuffer();
    output.flush();
    expect(speaker.cleared).toBe(0);
  });

  it('held, is silent at once, and let go plays on where it was: nothing is lost and nothing comes twice', async () => {
    const { clock, speaker, output, notices, say } = scene();
    const saying = say(15).then(() => output.flush());
    await clock.advance(100);
    output.hold();
    output.hold();
    await clock.advance(400);
    expect(speaker.heard).toEqual([0, 1, 2, 3, 4]);
    output.release();
    await clock.advance(100);
    // Held again while what was taken back is being played.
    output.hold();
    await clock.advance(50);
    output.release();
    await clock.advance(400);
    await saying;
    await output.waitForPlayout();
    expect(speaker.heard).toEqual(Array.from({ length: 15 }, (_, i) => i));
    expect(notices.slice(-2)).toEqual(['heard 300', 'finished at 0.3']);
  });

  it('held in its last moments, is not finished before it was heard', async () => {
    const { clock, output, notices, say } = scene();
    await say(5);
    output.flush();
    await clock.advance(60);
    output.hold();
    await clock.advance(1_000);
    expect(notices).toEqual(['started', 'silent']);
    output.release();
    await clock.advance(60);
    await output.waitForPlayout();
    expect(notices.at(-1)).toBe('finished at 0.1');
  });

  it('lets speech go that is interrupted while held, and holds what comes after it', async () => {
    const { clock, speaker, output, notices, say } = scene();
    output.hold();
    const held = say(1);
    await clock.settle();
    output.clearBuffer();
    await held;
    const next = say(1, 7);
    await clock.advance(100);
    expect([speaker.heard, notices.at(-1)]).toEqual([[], 'finished at 0, interrupted: ']);
    output.release();
    await next;
    await clock.advance(FRAME_MS);
    expect(speaker.heard).toEqual([7]);
  });

  it('tells nothing of speech that was given up before it began', async () => {
    const { clock, output, notices, say } = scene();
    output.hold();
    const held = say(1);
    await clock.settle();
    output.clearBuffer();
    await held;
    await output.waitForPlayout();
    expect(notices.filter((notice) => notice.startsWith('heard'))).toEqual([]);
  });

  it('tells what was heard, not what was sent', async () => {
    const { clock, heard, say } = scene();
    const saying = say(12);
    await clock.advance(40);
    await saying;
    expect(Math.max(...heard)).toBeLessThanOrEqual(40);
  });
});

import { AudioSource } from '@livekit/rtc-node';
import type { AudioFrame } from '@livekit/rtc-node';
import { systemClock } from '@oracle-calls/protocol';
import type { Clock } from '@oracle-calls/protocol';
import { int16ToFloat, rms, VOICE_SAMPLE_RATE } from '../pcm/pcm.ts';
import type { MutableSpeaker } from './sfu-seat.ts';
import { SpokenLevel } from './spoken-level.ts';

/** Sound ahead of time, in ms: enough to bridge a busy event loop, short enough to fall silent when interrupted. */
const QUEUE_MS = 200;

/** The speaker behind the oracle's voice track. Heard when its owner wants it and the seat's gate is open; at first neither. */
export class TrackSpeaker implements MutableSpeaker {
  readonly sampleRate = VOICE_SAMPLE_RATE;
  readonly source = new AudioSource(VOICE_SAMPLE_RATE, 1, QUEUE_MS);
  readonly #clock: Pick<Clock, 'now'>;
  readonly #level = new SpokenLevel();
  #isMuted = true;
  #gate: 'open' | 'shut' = 'shut';

  constructor(clock: Pick<Clock, 'now'> = systemClock) {
    this.#clock = clock;
  }

  get queuedMs(): number {
    return this.source.queuedDuration;
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  level(): number {
    return this.#level.at(this.#clock.now());
  }

  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    if (isMuted) this.clear();
  }

  /** The seat's word: whether the voice is known to be sealed. */
  setGate(gate: 'open' | 'shut'): void {
    this.#gate = gate;
    if (gate === 'shut') this.clear();
  }

  async play(frame: AudioFrame): Promise<void> {
    if (this.#isMuted || this.source.closed) return;
    if (this.#gate === 'shut') return;
    this.#noteLevel(frame);
    await this.source.captureFrame(frame);
  }

  drained(): Promise<void> {
    return this.source.waitForPlayout();
  }

  clear(): void {
    this.#level.clear();
    if (!this.source.closed) this.source.clearQueue();
  }

  async close(): Promise<void> {
    this.#isMuted = true;
    if (!this.source.closed) await this.source.close();
  }

  /** It is heard once what stands before it in the queue was. */
  #noteLevel({ data, samplesPerChannel, sampleRate }: AudioFrame): void {
    const lengthMs = (samplesPerChannel / sampleRate) * 1000;
    this.#level.note(rms(int16ToFloat(data)), this.#clock.now() + this.queuedMs, lengthMs);
  }
}

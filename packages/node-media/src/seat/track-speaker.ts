import { AudioSource } from '@livekit/rtc-node';
import type { AudioFrame } from '@livekit/rtc-node';
import { VOICE_SAMPLE_RATE } from '../pcm/pcm.ts';
import type { MutableSpeaker } from './sfu-seat.ts';

/** Sound ahead of time, in ms: enough to bridge a busy event loop, short enough to fall silent when interrupted. */
const QUEUE_MS = 200;

/** The speaker behind the oracle's voice track. Heard when its owner wants it and the seat's gate is open; at first neither. */
export class TrackSpeaker implements MutableSpeaker {
  readonly sampleRate = VOICE_SAMPLE_RATE;
  readonly source = new AudioSource(VOICE_SAMPLE_RATE, 1, QUEUE_MS);
  #isMuted = true;
  #gate: 'open' | 'shut' = 'shut';

  get queuedMs(): number {
    return this.source.queuedDuration;
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
    await this.source.captureFrame(frame);
  }

  drained(): Promise<void> {
    return this.source.waitForPlayout();
  }

  clear(): void {
    if (!this.source.closed) this.source.clearQueue();
  }

  async close(): Promise<void> {
    this.#isMuted = true;
    if (!this.source.closed) await this.source.close();
  }
}

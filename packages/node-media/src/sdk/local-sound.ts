import { AudioFrame } from '@livekit/rtc-node';
import type { Clock } from '@oracle-calls/protocol';
import type { LocalTrack } from '@oracle-calls/sdk/core';
import { floatToInt16, rms, VOICE_SAMPLE_RATE } from '../pcm/index.ts';
import type { MutableSpeaker } from '../seat/index.ts';

/** One Opus packet, in ms. */
const FRAME_MS = 20;
const FRAME_SAMPLES = (VOICE_SAMPLE_RATE * FRAME_MS) / 1000;

/** Sound ahead of time, in ms: bridges a busy event loop, and stays below what the track's own queue takes. */
const LEAD_MS = 100;

/** Where the sound of a call goes. */
export type SoundOut = Pick<MutableSpeaker, 'play'>;

/** What one frame sounds like while it is played. */
interface Playing {
  readonly from: number;
  readonly until: number;
  readonly level: number;
}

/**
 * A microphone without a device: says what it is given, in real time. Before it is published, and while the call lets nothing out,
 * what it says is lost, as with a person who speaks to a closed line.
 */
export class LocalSound implements LocalTrack {
  readonly source = 'microphone';
  readonly kind = 'audio';
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #out: SoundOut | undefined;
  #playing: Playing[] = [];
  /** When the next frame is due, in ms. */
  #dueAt = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The media layer takes the sound from here on. */
  connect(out: SoundOut): void {
    this.#out = out;
  }

  /**
   * Says mono samples of −1…1 at 48 kHz, after what is being said already. Resolves when they have been played. Parts that follow each
   * other at once are heard without a gap.
   *
   * @throws `signal.reason` when aborted
   */
  play(samples: Float32Array, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const all = signal === undefined ? this.#stopped.signal : AbortSignal.any([signal, this.#stopped.signal]);
    const played = this.#last.then(() => this.#play(samples, all));
    this.#last = played.catch(() => undefined);
    return played;
  }

  level(): number {
    const now = this.#clock.now();
    this.#playing = this.#playing.filter(({ until }) => until > now);
    const [first] = this.#playing;
    return first !== undefined && first.from <= now ? first.level : 0;
  }

  stop(): void {
    this.#stopped.abort(new Error('the sound is off'));
    this.#out = undefined;
  }

  async #play(samples: Float32Array, signal: AbortSignal): Promise<void> {
    for (let start = 0; start < samples.length; start += FRAME_SAMPLES) {
      // Somebody who is late goes on from now; a queue that has run dry cannot be filled up again.
      this.#dueAt = Math.max(this.#dueAt, this.#clock.now());
      await this.#untilAhead(LEAD_MS, signal);
      const frame = new Float32Array(FRAME_SAMPLES);
      frame.set(samples.subarray(start, start + FRAME_SAMPLES));
      this.#playing.push({ from: this.#dueAt, until: this.#dueAt + FRAME_MS, level: rms(frame) });
      this.#dueAt += FRAME_MS;
      await this.#out?.play(new AudioFrame(floatToInt16(frame), VOICE_SAMPLE_RATE, 1, FRAME_SAMPLES));
    }
    await this.#untilAhead(0, signal);
  }

  /** Waits until no more than this much is ahead. */
  async #untilAhead(leadMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const aheadMs = this.#dueAt - this.#clock.now();
    if (aheadMs > leadMs) await this.#clock.sleep(aheadMs - leadMs, { signal });
  }
}

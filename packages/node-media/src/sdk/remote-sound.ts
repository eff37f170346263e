import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import type { Clock } from '@oracle-calls/protocol';
import type { RemoteTrack } from '@oracle-calls/sdk/core';
import { int16ToFloat, rms } from '../pcm/index.ts';

/** Frames come every 10 ms; after this long without one, in ms, it is silent. */
const SILENT_AFTER_MS = 100;

/** A piece of what is heard, decrypted: mono samples of −1…1. */
export interface HeardSound {
  readonly participantIdentity: string;
  readonly samples: Float32Array;
  /** Hertz. */
  readonly sampleRate: number;
}

export interface RemoteSoundOptions {
  readonly trackId: string;
  readonly participantIdentity: string;
  readonly stream: ReadableStream<AudioFrame>;
  readonly clock: Clock;
  readonly onHeard: (sound: HeardSound) => void;
  /** The stream is over. */
  readonly onEnded: () => void;
}

/** Somebody's sound. The speaker of a caller in Node is whoever listens to `onHeard`. */
export class RemoteSound implements RemoteTrack, Disposable {
  readonly kind = 'audio';
  readonly trackId: string;
  readonly participantIdentity: string;
  readonly #options: RemoteSoundOptions;
  readonly #reader: ReadableStreamDefaultReader<AudioFrame>;
  #state: 'unread' | 'reading' | 'over' = 'unread';
  #isPlaying = false;
  #last = { level: 0, at: 0 };

  constructor(options: RemoteSoundOptions) {
    this.#options = options;
    this.trackId = options.trackId;
    this.participantIdentity = options.participantIdentity;
    this.#reader = options.stream.getReader();
  }

  play(): Disposable {
    this.#isPlaying = true;
    if (this.#state === 'unread') void this.#read();
    return { [Symbol.dispose]: () => void (this.#isPlaying = false) };
  }

  level(): number {
    const { level, at } = this.#last;
    return this.#isPlaying && this.#options.clock.now() - at <= SILENT_AFTER_MS ? level : 0;
  }

  [Symbol.dispose](): void {
    this.#state = 'over';
    this.#isPlaying = false;
    // A stream of a room that was left fails: it is over either way.
    this.#reader.cancel().catch(() => undefined);
  }

  async #read(): Promise<void> {
    this.#state = 'reading';
    const { clock, onHeard, onEnded, participantIdentity } = this.#options;
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        // Read on while nobody listens: sound is of now.
        if (!this.#isPlaying) continue;
        const samples = int16ToFloat(value.data);
        this.#last = { level: rms(samples), at: clock.now() };
        onHeard({ participantIdentity, samples, sampleRate: value.sampleRate });
      }
    } catch {
      // The room is gone, and tells of itself.
    }
    const wasReading = this.#state === 'reading';
    this.#state = 'over';
    if (wasReading) onEnded();
  }
}

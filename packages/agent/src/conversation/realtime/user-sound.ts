import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { int16ToFloat } from '@oracle-calls/node-media/pcm';
import { ChangedRate } from '../../hosted/realtime/changed-rate.ts';
import { REALTIME_SAMPLE_RATE } from '../../hosted/realtime/speech-to-speech.ts';

export interface UserSoundOptions {
  /** Gets the sound at the model's rate, as it comes. */
  readonly onSamples: (samples: Float32Array) => void;
  /** While true, silence is given on instead: nothing that a muted user says goes anywhere. */
  readonly isMuted: () => boolean;
}

/** The user's sound on its way to a model elsewhere: of one stream at a time, and of none that was not handed over. */
export class UserSound {
  readonly #options: UserSoundOptions;
  #reader: ReadableStreamDefaultReader<AudioFrame> | undefined;

  constructor(options: UserSoundOptions) {
    this.#options = options;
  }

  /** Listens to this stream from now on, and to no other. */
  listenTo(stream: ReadableStream<AudioFrame>): void {
    this.stop();
    const reader = stream.getReader();
    this.#reader = reader;
    // A stream that breaks has nothing more to say; the call has its own ways to notice.
    void this.#read(reader).catch(() => undefined);
  }

  stop(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    void reader?.cancel().catch(() => undefined);
  }

  async #read(reader: ReadableStreamDefaultReader<AudioFrame>): Promise<void> {
    const { onSamples, isMuted } = this.#options;
    let heardRate = 0;
    let rate = new ChangedRate(REALTIME_SAMPLE_RATE, REALTIME_SAMPLE_RATE);
    for (;;) {
      const { value: frame, done } = await reader.read();
      if (done || reader !== this.#reader) return;
      if (frame.channels !== 1) continue;
      // A seat gives its sound at the rate that suits recognisers; a model's is higher.
      if (frame.sampleRate !== heardRate) {
        heardRate = frame.sampleRate;
        rate = new ChangedRate(heardRate, REALTIME_SAMPLE_RATE);
      }
      const heard = int16ToFloat(frame.data);
      onSamples(rate.push(isMuted() ? new Float32Array(heard.length) : heard));
    }
  }
}

import { AudioFrame } from '@livekit/rtc-node';
import { shortuuid, tts } from '@livekit/agents';
import type { APIConnectOptions } from '@livekit/agents';
import { floatToInt16 } from '@oracle-calls/node-media/pcm';
import type { Synthesiser } from '../speech/synthesiser/synthesiser.ts';

/** Frames a second: 20 ms each, an Opus packet's length. */
const FRAMES_PER_SECOND = 50;

/** Samples of a sentence as frames that a track takes. */
export function* framesOf(samples: Int16Array, sampleRate: number): Generator<AudioFrame> {
  const length = Math.floor(sampleRate / FRAMES_PER_SECOND);
  for (let start = 0; start < samples.length; start += length) {
    const data = samples.slice(start, start + length);
    yield new AudioFrame(data, sampleRate, 1, data.length);
  }
}

class SentenceStream extends tts.ChunkedStream {
  readonly label = 'oracle-calls.sentence';
  readonly #synthesiser: Synthesiser;

  constructor(
    synthesiser: Synthesiser,
    text: string,
    owner: tts.TTS,
    options?: APIConnectOptions,
    signal?: AbortSignal,
  ) {
    super(text, owner, options, signal);
    this.#synthesiser = synthesiser;
  }

  protected override async run(): Promise<void> {
    const id = shortuuid();
    const { sampleRate } = this.#synthesiser;
    const samples = floatToInt16(await this.#synthesiser.synthesise(this.inputText, { signal: this.abortSignal }));
    const frames = [...framesOf(samples, sampleRate)];
    for (const [i, frame] of frames.entries()) {
      if (this.abortSignal.aborted) break;
      this.queue.put({ requestId: id, segmentId: id, frame, final: i === frames.length - 1 });
    }
    this.queue.close();
  }
}

/** Our synthesiser as the framework's TTS: one sentence at a time. */
export class LocalTts extends tts.TTS {
  readonly label = 'oracle-calls.synthesiser';
  readonly #synthesiser: Synthesiser;

  constructor(synthesiser: Synthesiser) {
    super(synthesiser.sampleRate, 1, { streaming: false });
    this.#synthesiser = synthesiser;
  }

  override synthesize(text: string, options?: APIConnectOptions, signal?: AbortSignal): tts.ChunkedStream {
    return new SentenceStream(this.#synthesiser, text, this, options, signal);
  }

  override stream(): tts.SynthesizeStream {
    throw new TypeError('this voice speaks whole sentences: the session cuts the text');
  }
}

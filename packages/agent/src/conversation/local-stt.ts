import { mergeFrames, stt } from '@livekit/agents';
import type { AudioBuffer } from '@livekit/agents';
import { int16ToFloat, resample } from '@oracle-calls/node-media/pcm';
import { RECOGNISER_SAMPLE_RATE } from '../speech/recogniser/recogniser.ts';
import type { Recogniser } from '../speech/recogniser/recogniser.ts';

/** Our recogniser as the framework's STT. It takes whole utterances; the framework cuts them by voice activity. */
export class LocalStt extends stt.STT {
  readonly label = 'oracle-calls.recogniser';
  readonly #recogniser: Recogniser;

  constructor(recogniser: Recogniser) {
    super({ streaming: false, interimResults: false });
    this.#recogniser = recogniser;
  }

  protected override async _recognize(buffer: AudioBuffer, signal?: AbortSignal): Promise<stt.SpeechEvent> {
    const frame = mergeFrames(buffer);
    const pcm16k = resample(int16ToFloat(frame.data), frame.sampleRate, RECOGNISER_SAMPLE_RATE);
    const { text } = await this.#recogniser.transcribe(pcm16k, { signal });
    const seconds = pcm16k.length / RECOGNISER_SAMPLE_RATE;
    return {
      type: stt.SpeechEventType.FINAL_TRANSCRIPT,
      alternatives: [
        { language: 'en' as stt.SpeechData['language'], text, startTime: 0, endTime: seconds, confidence: 1 },
      ],
    };
  }

  override stream(): stt.SpeechStream {
    throw new TypeError('this recogniser takes whole utterances: the session wraps it by voice activity');
  }
}

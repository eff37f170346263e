import { AudioFrame } from '@livekit/rtc-node';
import { VAD, VADEventType, VADStream } from '@livekit/agents';

const WINDOW_SAMPLES = 512;

class ScriptedStream extends VADStream {
  tell(probability: number): void {
    this.sendVADEvent({
      type: VADEventType.INFERENCE_DONE,
      samplesIndex: 0,
      timestamp: 0,
      speechDuration: 0,
      silenceDuration: 0,
      frames: [new AudioFrame(new Int16Array(WINDOW_SAMPLES), 16_000, 1, WINDOW_SAMPLES)],
      probability,
      inferenceDuration: 0,
      speaking: false,
      rawAccumulatedSilence: 0,
      rawAccumulatedSpeech: 0,
    });
  }
}

/** Voice activity detection that sees what the test says, whatever is heard. */
export class ScriptedVad extends VAD {
  readonly label = 'scripted';
  #stream: ScriptedStream | undefined;

  constructor() {
    super({ updateInterval: 32 });
  }

  override stream(): VADStream {
    return (this.#stream = new ScriptedStream(this));
  }

  /** One window of 32 ms. */
  tell(probability: number): void {
    this.#stream?.tell(probability);
  }
}

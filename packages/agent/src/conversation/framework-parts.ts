import { stt, tts } from '@livekit/agents';

/*
 * The framework wants to be given a recogniser and a voice before it hears and speaks at all. It asks the agent's own nodes for the work (`talking-agent.ts`),
 * so these two say only what kind they are.
 */

/** A recogniser that streams and tells itself when a turn is over. */
export class OwnRecognition extends stt.STT {
  readonly label = 'oracle-calls.recogniser';

  constructor() {
    super({ streaming: true, interimResults: true });
  }

  protected override _recognize(): Promise<stt.SpeechEvent> {
    return Promise.reject(new TypeError('the agent listens itself'));
  }

  override stream(): stt.SpeechStream {
    throw new TypeError('the agent listens itself');
  }
}

export class OwnSpeech extends tts.TTS {
  readonly label = 'oracle-calls.synthesiser';

  constructor(sampleRate: number) {
    super(sampleRate, 1, { streaming: true });
  }

  override synthesize(): tts.ChunkedStream {
    throw new TypeError('the agent speaks itself');
  }

  override stream(): tts.SynthesizeStream {
    throw new TypeError('the agent speaks itself');
  }
}

import { ReadableStream } from 'node:stream/web';
import type { AudioFrame } from '@livekit/rtc-node';
import { stt, VADEventType, voice } from '@livekit/agents';
import type { VAD } from '@livekit/agents';
import { int16ToFloat } from '@oracle-calls/node-media/pcm';
import type { EarWindow } from './turns/turn-listener.ts';
import type { TurnSettling } from './turn-settling.ts';

type Nodes = voice.Agent;

export interface TalkingAgentOptions {
  readonly vad: VAD;
  /** Takes each window of the user's sound. */
  readonly hear: (window: EarWindow) => void;
  /** Makes the sound of an answer. */
  readonly speak: (text: AsyncIterable<string>) => ReadableStream<AudioFrame>;
  readonly settling: TurnSettling;
}

/** The framework's agent with ears and a voice of our own: it hears of turns from us, and asks us for the sound of its answers. */
export class TalkingAgent extends voice.Agent {
  readonly #options: TalkingAgentOptions;
  #events: ReadableStreamDefaultController<stt.SpeechEvent> | undefined;

  constructor(options: TalkingAgentOptions) {
    // The brain has its own instructions: this text goes nowhere.
    super({ instructions: '' });
    this.#options = options;
  }

  /** These are probably the words of the turn: the brain may begin to think. */
  likely(text: string): void {
    this.#tell(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT, text);
  }

  /** The user's turn is over. */
  turn(text: string): void {
    this.#tell(stt.SpeechEventType.START_OF_SPEECH);
    this.#tell(stt.SpeechEventType.FINAL_TRANSCRIPT, text);
    this.#tell(stt.SpeechEventType.END_OF_SPEECH);
  }

  override onUserTurnCompleted(...[, message]: Parameters<Nodes['onUserTurnCompleted']>): Promise<void> {
    this.#options.settling.complete(message.textContent ?? '');
    return Promise.resolve();
  }

  override sttNode(...[audio]: Parameters<Nodes['sttNode']>): ReturnType<Nodes['sttNode']> {
    const ear = this.#options.vad.stream();
    ear.updateInputStream(audio instanceof ReadableStream ? audio : ReadableStream.from(audio));
    void this.#listen(ear);
    return Promise.resolve(
      new ReadableStream<stt.SpeechEvent>({
        start: (controller) => {
          this.#events = controller;
        },
        cancel: () => {
          this.#events = undefined;
          ear.close();
        },
      }),
    );
  }

  override ttsNode(...[text]: Parameters<Nodes['ttsNode']>): ReturnType<Nodes['ttsNode']> {
    return Promise.resolve(this.#options.speak(text));
  }

  async #listen(ear: ReturnType<VAD['stream']>): Promise<void> {
    for await (const { type, frames, probability } of ear) {
      const [frame] = frames;
      if (type !== VADEventType.INFERENCE_DONE || frame === undefined) continue;
      this.#options.hear({ samples: int16ToFloat(frame.data), probability });
    }
  }

  #tell(type: stt.SpeechEventType, text?: string): void {
    const language = 'en' as stt.SpeechData['language'];
    const said: stt.SpeechData | undefined =
      text === undefined ? undefined : { language, text, startTime: 0, endTime: 0, confidence: 1 };
    this.#events?.enqueue({ type, ...(said === undefined ? {} : { alternatives: [said] }) });
  }
}

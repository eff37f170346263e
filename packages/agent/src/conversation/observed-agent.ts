import { ReadableStream, TransformStream } from 'node:stream/web';
import { voice } from '@livekit/agents';
import { speakMarkedAtOnce } from './said-at-once.ts';
import type { SpokenText } from './spoken-text.ts';
import type { TurnSettling } from './turn-settling.ts';

type Node = voice.Agent['transcriptionNode'];
type Piece = string | voice.TimedString;

/** The framework's agent, whose words an observer of ours may follow. The framework itself publishes none of them. */
export class ObservedAgent extends voice.Agent {
  readonly #spoken: SpokenText;
  readonly #settling: TurnSettling;

  constructor(spoken: SpokenText, settling: TurnSettling) {
    // The brain has its own instructions: this text goes nowhere.
    super({ instructions: '' });
    this.#spoken = spoken;
    this.#settling = settling;
  }

  override onUserTurnCompleted(...[, message]: Parameters<voice.Agent['onUserTurnCompleted']>): Promise<void> {
    this.#settling.complete(message.textContent ?? '');
    return Promise.resolve();
  }

  override async llmNode(...args: Parameters<voice.Agent['llmNode']>): ReturnType<voice.Agent['llmNode']> {
    const pieces = await super.llmNode(...args);
    return pieces === null ? null : speakMarkedAtOnce(pieces);
  }

  override async transcriptionNode(...[text]: Parameters<Node>): ReturnType<Node> {
    const spoken = this.#spoken;
    const pieces = text instanceof ReadableStream ? text : ReadableStream.from<Piece>(text);
    const followed = new TransformStream<Piece, Piece>({
      transform(piece, controller) {
        spoken.add(typeof piece === 'string' ? piece : piece.text);
        controller.enqueue(piece);
      },
      flush: () => spoken.end(),
    });
    return Promise.resolve(pieces.pipeThrough(followed));
  }
}

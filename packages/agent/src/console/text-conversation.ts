import { randomUUID } from 'node:crypto';
import type { AnswerOptions, Brain, CallContext, Turn } from '../brain/brain.ts';

export interface TextConversationOptions extends Pick<AnswerOptions, 'approve'> {
  readonly context?: CallContext | undefined;
}

/** An answer that is being read. */
interface UnderWay {
  readonly question: Turn;
  readonly abort: AbortController;
  heard: string;
}

/** A conversation with a brain in writing: keeps the turns as a spoken one does, without sound. */
export class TextConversation {
  readonly #brain: Brain;
  readonly #options: TextConversationOptions;
  readonly #turns: Turn[] = [];
  readonly #conversationId = randomUUID();
  #underWay: UnderWay | undefined;

  constructor(brain: Brain, options: TextConversationOptions = {}) {
    this.#brain = brain;
    this.#options = options;
  }

  /** Everything that was said, the answer under way excluded. */
  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** The user's turn, and the answer in pieces. Whoever stops reading has interrupted it; so does {@link interrupt}. */
  async *say(text: string): AsyncGenerator<string> {
    this.interrupt();
    const question: Turn = { speaker: 'user', text };
    const answer: UnderWay = { question, abort: new AbortController(), heard: '' };
    const { signal } = answer.abort;
    this.#turns.push(question);
    this.#underWay = answer;
    const { approve } = this.#options;
    const context = { conversationId: this.#conversationId, sessionId: 'text', ...this.#options.context };
    try {
      for await (const piece of this.#brain.answer([...this.#turns], context, { signal, approve })) {
        if (signal.aborted) return;
        answer.heard += piece;
        yield piece;
      }
      this.#finish(answer, false);
    } catch (cause) {
      // An interrupted answer is no failure.
      if (!signal.aborted) throw cause;
    } finally {
      this.#finish(answer, true);
    }
  }

  /** Stops the answer under way, if there is one. What was read of it is what was heard. */
  interrupt(): void {
    if (this.#underWay !== undefined) this.#finish(this.#underWay, true);
  }

  #finish(answer: UnderWay, isInterrupted: boolean): void {
    if (this.#underWay !== answer) return;
    this.#underWay = undefined;
    answer.abort.abort(new Error('interrupted'));
    const { heard, question } = answer;
    const turn: Turn = { speaker: 'oracle', text: heard, ...(isInterrupted ? { isInterrupted: true } : {}) };
    if (heard !== '') this.#turns.splice(this.#turns.indexOf(question) + 1, 0, turn);
  }
}

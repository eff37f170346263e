import type { AnswerOptions, Brain, CallContext, Turn } from '../brain/brain.ts';

export interface TextConversationOptions extends Pick<AnswerOptions, 'approve'> {
  readonly context?: CallContext | undefined;
}

/** A conversation with a brain in writing: keeps the turns as a spoken one does, without sound. */
export class TextConversation {
  readonly #brain: Brain;
  readonly #options: TextConversationOptions;
  readonly #turns: Turn[] = [];
  #underWay: AbortController | undefined;

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
    const abort = new AbortController();
    this.#underWay = abort;
    this.#turns.push({ speaker: 'user', text });
    const { context = { sessionId: 'text' }, approve } = this.#options;
    const place = this.#turns.length;
    let heard = '';
    let isOver = false;
    try {
      for await (const piece of this.#brain.answer([...this.#turns], context, { signal: abort.signal, approve })) {
        if (abort.signal.aborted) break;
        heard += piece;
        yield piece;
      }
      isOver = !abort.signal.aborted;
    } catch (cause) {
      // An interrupted answer is no failure.
      if (!abort.signal.aborted) throw cause;
    } finally {
      abort.abort(new Error('interrupted'));
      if (this.#underWay === abort) this.#underWay = undefined;
      // In its place, even when the next turn has begun meanwhile.
      const turn: Turn = { speaker: 'oracle', text: heard, ...(isOver ? {} : { isInterrupted: true }) };
      if (heard !== '') this.#turns.splice(place, 0, turn);
    }
  }

  /** Stops the answer under way, if there is one. */
  interrupt(): void {
    this.#underWay?.abort(new Error('interrupted'));
  }
}

import type { CallUser } from '../asking/call-user.ts';
import type { UserEyes } from '../sight/still.ts';
import type { ApproveTool } from '../tools/approval.ts';
import { ToolFailure } from '../tools/tool.ts';
import type { AskedOfUser, HostUserMessage, UserAnswered } from './user-messages.ts';

/** Whom a request may ask. */
export interface RequestUser {
  readonly approve?: ApproveTool | undefined;
  readonly user?: CallUser | undefined;
  readonly eyes?: UserEyes | undefined;
}

type Question = Exclude<AskedOfUser, { asks: 'offer' }>;
type Tell = (askId: number, answered: UserAnswered) => void;

/** The user of one request, on the job's side: does what the host asks for, and says what came of it. */
export class AskedUser implements Disposable {
  readonly #who: RequestUser;
  readonly #tell: Tell;
  readonly #questions = new Map<number, AbortController>();
  readonly #offers = new Map<number, AbortController>();

  constructor(who: RequestUser, tell: Tell) {
    this.#who = who;
    this.#tell = tell;
  }

  onMessage(message: HostUserMessage): void {
    switch (message.kind) {
      case 'user-asked': {
        const { askId, asked } = message;
        const abort = new AbortController();
        if (asked.asks !== 'offer') return void this.#ask(askId, asked, abort);
        this.#offers.set(askId, abort);
        return this.#who.user?.offer(asked.text, asked.choices, { signal: abort.signal });
      }
      case 'user-not-asked': {
        const { askId } = message;
        const abort = this.#questions.get(askId) ?? this.#offers.get(askId);
        return abort?.abort(new Error('nobody waits for this answer any more'));
      }
      case 'user-written-to':
        return this.#who.user?.write(message.text);
      default:
        message satisfies never;
    }
  }

  /** The request is over, and with it what it asked; what it offered outlives it. */
  [Symbol.dispose](): void {
    for (const abort of this.#questions.values()) abort.abort(new Error('the answer is over'));
    this.#questions.clear();
  }

  async #ask(askId: number, question: Question, abort: AbortController): Promise<void> {
    const { signal } = abort;
    this.#questions.set(askId, abort);
    let answered: UserAnswered;
    try {
      answered = await this.#answerTo(question, signal);
    } catch (cause) {
      // Without an answer in time a tool fails; anything else keeps the user from being asked.
      answered = { outcome: cause instanceof ToolFailure ? 'unanswered' : 'failed' };
    }
    this.#questions.delete(askId);
    if (!signal.aborted) this.#tell(askId, answered);
  }

  async #answerTo(question: Question, signal: AbortSignal): Promise<UserAnswered> {
    const { approve, user, eyes } = this.#who;
    if (question.asks === 'look') return { outcome: 'look', still: await eyes?.look({ signal }) };
    if (question.asks === 'choice') {
      if (user === undefined) return { outcome: 'failed' };
      const { text, choices, waitsMs } = question;
      const key = await user.choose(text, choices, { signal, waitsMs });
      return key === undefined ? { outcome: 'unanswered' } : { outcome: 'choice', key };
    }
    if (approve === undefined) return { outcome: 'failed' };
    const { asks: _approval, ...request } = question;
    return { outcome: 'approval', isApproved: await approve(request, signal) };
  }
}

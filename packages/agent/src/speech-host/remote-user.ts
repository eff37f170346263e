import { OracleCallError } from '@oracle-calls/protocol';
import type { CallUser } from '../asking/call-user.ts';
import { OFFER_WAIT_MS, QUESTION_WAIT_MS } from '../asking/call-user.ts';
import { chatMessage, choiceQuestion } from '../asking/payloads.ts';
import { untilAborted } from '../brain/until-aborted.ts';
import type { UserEyes } from '../sight/still.ts';
import type { ApproveTool } from '../tools/approval.ts';
import { ToolFailure } from '../tools/tool.ts';
import type { AskedOfUser, HostUserMessage, UserAnswered } from './user-messages.ts';

/** The user of one request, as the host's brain and tools reach them: through the job. */
export class RemoteUser {
  readonly #requestId: number;
  readonly #over: AbortSignal;
  readonly #send: (message: HostUserMessage) => void;
  readonly #waiting = new Map<number, (answered: UserAnswered) => void>();
  #nextAskId = 0;

  /** `over` aborts when the job wants no more of the request. */
  constructor(requestId: number, over: AbortSignal, send: (message: HostUserMessage) => void) {
    this.#requestId = requestId;
    this.#over = over;
    this.#send = send;
  }

  readonly approve: ApproveTool = async (request, signal) => {
    const answered = await this.#ask({ asks: 'approval', ...request }, signal);
    if (answered.outcome === 'unanswered') throw new ToolFailure('The user did not answer.');
    // Whatever else it is, it is no yes.
    return answered.outcome === 'approval' && answered.isApproved;
  };

  readonly user: CallUser = {
    choose: async (text, choices, { signal, waitsMs } = {}) => {
      choiceQuestion(text, choices, waitsMs ?? QUESTION_WAIT_MS);
      const answered = await this.#ask({ asks: 'choice', text, choices, waitsMs }, signal);
      if (answered.outcome === 'failed') throw new OracleCallError('ERR_CALL_QUESTION');
      return answered.outcome === 'choice' ? answered.key : undefined;
    },
    offer: (text, choices, { signal } = {}) => {
      choiceQuestion(text, choices, OFFER_WAIT_MS);
      signal?.throwIfAborted();
      const askId = this.#show({ asks: 'offer', text, choices });
      signal?.addEventListener('abort', () => this.#takeBack(askId), { once: true });
    },
    write: (text) => {
      chatMessage(text, 0);
      this.#send({ kind: 'user-written-to', requestId: this.#requestId, text });
    },
  };

  readonly eyes: UserEyes = {
    look: async ({ signal } = {}) => {
      const answered = await this.#ask({ asks: 'look' }, signal);
      return answered.outcome === 'look' ? answered.still : undefined;
    },
  };

  onAnswered(askId: number, answered: UserAnswered): void {
    this.#waiting.get(askId)?.(answered);
  }

  #show(asked: AskedOfUser): number {
    const askId = this.#nextAskId++;
    this.#send({ kind: 'user-asked', requestId: this.#requestId, askId, asked });
    return askId;
  }

  #takeBack(askId: number): void {
    this.#send({ kind: 'user-not-asked', requestId: this.#requestId, askId });
  }

  async #ask(asked: AskedOfUser, own: AbortSignal | undefined): Promise<UserAnswered> {
    const signal = own === undefined ? this.#over : AbortSignal.any([this.#over, own]);
    signal.throwIfAborted();
    const askId = this.#show(asked);
    const answered = new Promise<UserAnswered>((resolve) => this.#waiting.set(askId, resolve));
    try {
      return await untilAborted(answered, signal);
    } catch (cause) {
      this.#takeBack(askId);
      throw cause;
    } finally {
      this.#waiting.delete(askId);
    }
  }
}

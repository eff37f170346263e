import type { Clock } from '@oracle-calls/protocol';
import { OracleCallError } from '@oracle-calls/protocol';
import type { QuestionPayload } from '@oracle-calls/protocol/data-frame';
import type { AttemptEvents } from './attempt-events.ts';
import type { Saying } from './oracle-channel.ts';
import type { OracleQuestion, QuestionAnswer } from './oracle-question.ts';

/** More cards than this nobody reads; an oracle that asks on is broken or means ill, and its questions are dropped. */
export const QUESTIONS_SHOWN_MAX = 8;

/** No oracle waits longer, whatever it says: a card that stands for ever hides the call. In ms. */
export const QUESTION_SHOWN_MAX_MS = 10 * 60_000;

/** A question that was lost and sent again may come after the word that it is over: so many such words are remembered. */
const OVER_KEPT_MAX = 64;

export interface AskedQuestionsOptions {
  readonly clock: Clock;
  readonly tell: AttemptEvents['tell'];
  /** @throws as `OracleChannel.say` */
  readonly say: (saying: Saying) => Promise<void>;
}

interface Shown {
  readonly question: OracleQuestion;
  readonly timer: Disposable;
}

/**
 * What the oracle asks and waits for, over all attempts of a call with one agent, which takes back what it does not wait for any more. An agent that takes
 * over knows nothing of what another has asked.
 */
export class AskedQuestions implements Disposable {
  readonly #options: AskedQuestionsOptions;
  readonly #shown = new Map<string, Shown>();
  /** Ids that are over, oldest first. */
  readonly #over = new Set<string>();
  /** Ids whose answer is being sealed. */
  readonly #answering = new Set<string>();

  constructor(options: AskedQuestionsOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  get all(): readonly OracleQuestion[] {
    return [...this.#shown.values()].map(({ question }) => question);
  }

  show({ id, kind: _question, waitsMs, ...asked }: QuestionPayload): void {
    if (this.#over.has(id) || this.#shown.has(id) || this.#shown.size >= QUESTIONS_SHOWN_MAX) return;
    const { clock, tell } = this.#options;
    const shownMs = Math.min(waitsMs, QUESTION_SHOWN_MAX_MS);
    const question: OracleQuestion = { ...asked, id, expiresAt: clock.now() + shownMs };
    this.#shown.set(id, { question, timer: clock.after(shownMs, () => this.close(id)) });
    tell({ kind: 'question', question });
  }

  /** The question waits for no answer any more. */
  close(id: string, answer?: QuestionAnswer): void {
    this.#over.add(id);
    // A set keeps the order of insertion.
    for (const oldest of this.#over) {
      if (this.#over.size <= OVER_KEPT_MAX) break;
      this.#over.delete(oldest);
    }
    const shown = this.#shown.get(id);
    if (shown === undefined) return;
    shown.timer[Symbol.dispose]();
    this.#shown.delete(id);
    this.#options.tell({ kind: 'questionOver', questionId: id, answer });
  }

  /**
   * Answers once.
   *
   * @throws {TypeError} for an answer that the question does not offer
   * @throws {OracleCallError} `ERR_CALL_QUESTION` when it waits for none; as `OracleChannel.say`, and then it still waits
   */
  async answer(id: string, answer: QuestionAnswer): Promise<void> {
    const question = this.#shown.get(id)?.question;
    if (question === undefined || this.#answering.has(id)) throw new OracleCallError('ERR_CALL_QUESTION');
    if (!isAnswerTo(question, answer)) throw new TypeError('This question offers no such answer.');
    this.#answering.add(id);
    try {
      await this.#options.say({ kind: 'answer', question: id, ...answer });
    } finally {
      this.#answering.delete(id);
    }
    this.close(id, answer);
  }

  /** Nobody is left who waits for any of them. */
  closeAll(): void {
    for (const id of [...this.#shown.keys()]) this.close(id);
  }

  [Symbol.dispose](): void {
    this.closeAll();
  }
}

function isAnswerTo(question: OracleQuestion, answer: QuestionAnswer): boolean {
  if (question.asks === 'approval') return answer.answers === 'approval';
  return answer.answers === 'choice' && question.choices.some(({ key }) => key === answer.key);
}

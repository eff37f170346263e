import { OracleCallError } from '@oracle-calls/protocol';
import type { Clock, Logger } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { AnswerPayload, DataPayload, QuestionPayload } from '@oracle-calls/protocol/data-frame';
import type { ApproveTool } from '../tools/approval.ts';
import { ToolFailure } from '../tools/tool.ts';
import { OFFER_WAIT_MS, QUESTION_WAIT_MS } from './call-user.ts';
import type { CallUser } from './call-user.ts';
import { NO_QUESTIONS, stepQuestions } from './open-questions.ts';
import type { QuestionEffect, QuestionInput, QuestionOutcome } from './open-questions.ts';
import { approvalQuestion, chatMessage, choiceQuestion } from './payloads.ts';

export interface AskingOptions {
  /** Seals for the user alone. What it sends arrives, in this attempt or in a later one of the same call. */
  readonly send: (payload: DataPayload) => void;
  /** A quick reply that nobody waits for is heard as the user's turn. */
  readonly hear: (text: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Asks the user of one call by touch. Only what the call's secure link opened is handed in as an answer, so nobody else can give one. */
export class Asking implements Disposable {
  readonly #options: AskingOptions;
  readonly #waiting = new Map<string, (outcome: QuestionOutcome) => void>();
  #open = NO_QUESTIONS;
  #isOver = false;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /** Shows what the tool will be run with. Only a touch allows it: a voice can be synthesised, and an answer under the call's keys is the user's. */
  readonly approve: ApproveTool = async (request, signal) => {
    const outcome = await this.#ask(approvalQuestion(request, QUESTION_WAIT_MS), signal);
    if (outcome.kind === 'unanswered') throw new ToolFailure('The user did not answer.');
    return outcome.kind === 'approval' && outcome.isApproved;
  };

  /** The user, for as long as the call lasts. */
  readonly user: CallUser = {
    choose: async (text, choices, { signal, waitsMs = QUESTION_WAIT_MS } = {}) => {
      const question = choiceQuestion(text, choices, Math.min(waitsMs, QUESTION_WAIT_MS));
      const outcome = await this.#ask(question, signal);
      return outcome.kind === 'choice' ? outcome.key : undefined;
    },
    offer: (text, choices, { signal } = {}) => void this.#offer(choiceQuestion(text, choices, OFFER_WAIT_MS), signal),
    write: (text) => {
      const { clock, send } = this.#options;
      const message = chatMessage(text, clock.now());
      if (!this.#isOver) send(message);
    },
  };

  /** What the user answered. */
  receive(answer: AnswerPayload): void {
    const before = this.#open;
    this.#input({ kind: 'answer', answer });
    this.#options.log.info('user answered', { answers: answer.answers, counts: this.#open !== before });
  }

  /** The attempt is over: whoever is there in the next one answers nothing that was asked in this. */
  takeAllBack(): void {
    this.#input({ kind: 'take-all-back' });
  }

  /** The call is over: nothing is asked any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.takeAllBack();
  }

  async #ask(question: QuestionPayload, signal: AbortSignal | undefined): Promise<QuestionOutcome> {
    const { clock, log } = this.#options;
    signal?.throwIfAborted();
    if (this.#isOver) throw new OracleCallError('ERR_CALL_ENDED');
    const { id, asks, waitsMs } = question;
    const outcome = Promise.withResolvers<QuestionOutcome>();
    const onAbort = (): void => this.#input({ kind: 'take-back', id });
    using _timer = clock.after(waitsMs, () => this.#input({ kind: 'time-over', id }));
    this.#waiting.set(id, outcome.resolve);
    signal?.addEventListener('abort', onAbort, { once: true });
    log.info('user is asked', { asks });
    this.#input({ kind: 'ask', question });
    try {
      const ended = await outcome.promise;
      // An answer that came in the same moment counts for nothing: nobody acts on it any more.
      signal?.throwIfAborted();
      if (ended.kind === 'refused') throw new OracleCallError('ERR_CALL_QUESTION', 'Too many questions are open.');
      if (ended.kind === 'taken-back') throw new OracleCallError('ERR_CALL_QUESTION', 'The question was taken back.');
      return ended;
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** What comes of it is nobody's to know, but what the user touched. */
  async #offer(question: QuestionPayload, signal: AbortSignal | undefined): Promise<void> {
    try {
      const outcome = await this.#ask(question, signal);
      if (outcome.kind === 'choice') this.#options.hear(outcome.label);
    } catch {
      this.#options.log.info('quick replies are gone');
    }
  }

  #input(input: QuestionInput): void {
    const { open, effects } = stepQuestions(this.#open, input);
    this.#open = open;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: QuestionEffect): void {
    const { send } = this.#options;
    switch (effect.kind) {
      case 'show':
        return send(effect.question);
      case 'tell-over':
        // With the call, its questions are over too.
        if (this.#isOver) return;
        return send({ id: createPayloadId(), kind: 'control', action: 'question-over', question: effect.id });
      case 'settle':
        return this.#waiting.get(effect.id)?.(effect.outcome);
      default:
        effect satisfies never;
    }
  }
}

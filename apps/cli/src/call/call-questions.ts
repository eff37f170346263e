import type { Clock } from '@oracle-calls/protocol';
import type { CallNotice, KeypadKey, OracleCall, OracleQuestion, QuestionAnswer } from '@oracle-calls/sdk/core';
import { printable } from './call-report.ts';

/** What is typed sooner after a question has appeared was meant for something else: nobody reads and types faster, in ms. */
export const QUESTION_GUARD_MS = 600;

/** A question of the oracle's, and what came of it. */
export interface AskedQuestion {
  readonly asks: OracleQuestion['asks'];
  readonly text: string;
  /** Of a question for approval. */
  readonly tool: string | undefined;
  readonly argumentsText: string | undefined;
  /** `null` when it was not answered. */
  readonly answer: 'allowed' | 'refused' | KeypadKey | null;
}

export interface CallQuestionsOptions {
  readonly call: Pick<OracleCall, 'answer' | 'questions'>;
  /** Tools that the person allowed by name, beforehand. */
  readonly approved: readonly string[];
  /** Keys for quick replies, one after the other. */
  readonly presses: readonly string[];
  /** Somebody reads what is shown and types. Where nobody does, whatever was not allowed beforehand is refused. */
  readonly isInteractive: boolean;
  readonly show: (line: string) => void;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Shows what the oracle asks by touch, and answers: as the command line said, or as somebody types. A tool that nobody named is never allowed. Who types has one
 * question at a time, so that no answer goes to another than the one that was read.
 */
export class CallQuestions {
  readonly #options: CallQuestionsOptions;
  readonly #presses: string[];
  readonly #all = new Map<string, AskedQuestion>();
  /** What waits for somebody who types: the first is shown. */
  readonly #typed: OracleQuestion[] = [];
  #shownAt = 0;

  constructor(options: CallQuestionsOptions) {
    this.#options = options;
    this.#presses = [...options.presses];
  }

  /** Oldest first. */
  get all(): readonly AskedQuestion[] {
    return [...this.#all.values()];
  }

  hear(notice: CallNotice): void {
    if (notice.kind === 'question') this.#ask(notice.question);
    if (notice.kind !== 'questionOver') return;
    const asked = this.#all.get(notice.questionId);
    if (asked === undefined) return;
    const at = this.#typed.findIndex(({ id }) => id === notice.questionId);
    if (notice.answer === undefined && at <= 0) this.#options.show('the oracle waits for that answer no more');
    this.#all.set(notice.questionId, { ...asked, answer: describeAnswer(notice.answer) });
    if (at === -1) return;
    this.#typed.splice(at, 1);
    if (at === 0) this.#showTyped();
  }

  /** Takes a typed line for the answer to the question that is shown, if it is one. */
  take(line: string): boolean {
    const [question] = this.#typed;
    const answer = question && answerIn(line, question);
    if (question === undefined || answer === undefined) return false;
    const { clock, show } = this.#options;
    if (clock.now() - this.#shownAt < QUESTION_GUARD_MS) show('that was typed before you could read the question');
    else this.#answer(question, answer);
    return true;
  }

  #ask(question: OracleQuestion): void {
    const { isInteractive } = this.#options;
    const { asks, text } = question;
    const isApproval = question.asks === 'approval';
    this.#all.set(question.id, {
      asks,
      text,
      tool: isApproval ? question.tool : undefined,
      argumentsText: isApproval ? question.argumentsText : undefined,
      answer: null,
    });
    const answer = this.#prepared(question);
    if (answer === undefined && isInteractive) {
      if (this.#typed.push(question) === 1) this.#showTyped();
      return;
    }
    this.#show(question);
    if (answer !== undefined) this.#answer(question, answer);
  }

  /** As the command line said; what nobody named is refused where nobody types. */
  #prepared(question: OracleQuestion): QuestionAnswer | undefined {
    const { approved, isInteractive } = this.#options;
    if (question.asks === 'choice') {
      const key = this.#presses.shift();
      return key === undefined ? undefined : answerIn(key, question);
    }
    if (approved.includes(question.tool)) return { answers: 'approval', isApproved: true };
    return isInteractive ? undefined : { answers: 'approval', isApproved: false };
  }

  #showTyped(): void {
    const [question] = this.#typed;
    if (question === undefined) return;
    const { clock, show } = this.#options;
    this.#show(question);
    show(question.asks === 'choice' ? 'type the key of one' : 'type y to allow it, n to refuse');
    this.#shownAt = clock.now();
  }

  #show(question: OracleQuestion): void {
    for (const line of describeQuestion(question)) this.#options.show(printable(line));
  }

  #answer(question: OracleQuestion, answer: QuestionAnswer): void {
    const { call, show } = this.#options;
    call.answer(question.id, answer).then(
      () => show(`answered: ${String(describeAnswer(answer))}`),
      (error: unknown) => show(`not answered: ${error instanceof Error ? error.message : 'unknown'}`),
    );
  }
}

function describeQuestion(question: OracleQuestion): readonly string[] {
  if (question.asks === 'choice') {
    return [`the oracle asks: ${question.text}`, ...question.choices.map(({ key, label }) => `  ${key}  ${label}`)];
  }
  const { text, tool, argumentsText } = question;
  return [`the oracle wants to use ${tool}: ${text}`, `  with exactly ${argumentsText}`];
}

const YES = /^y(?:es)?$/i;
const NO = /^no?$/i;

function answerIn(line: string, question: OracleQuestion): QuestionAnswer | undefined {
  const word = line.trim();
  if (question.asks === 'choice') {
    const chosen = question.choices.find(({ key }) => key === word);
    return chosen && { answers: 'choice', key: chosen.key };
  }
  if (YES.test(word)) return { answers: 'approval', isApproved: true };
  return NO.test(word) ? { answers: 'approval', isApproved: false } : undefined;
}

function describeAnswer(answer: QuestionAnswer | undefined): AskedQuestion['answer'] {
  if (answer === undefined) return null;
  if (answer.answers === 'choice') return answer.key;
  return answer.isApproved ? 'allowed' : 'refused';
}

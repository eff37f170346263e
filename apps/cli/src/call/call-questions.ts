import type { CallNotice, KeypadKey, OracleCall, OracleQuestion, QuestionAnswer } from '@oracle-calls/sdk/core';
import { printable } from './call-report.ts';

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
}

/** Shows what the oracle asks by touch, and answers: as the command line said, or as somebody types. A tool that nobody named is never allowed. */
export class CallQuestions {
  readonly #options: CallQuestionsOptions;
  readonly #presses: string[];
  readonly #all = new Map<string, AskedQuestion>();

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
    if (notice.answer === undefined) this.#options.show('the oracle waits for that answer no more');
    this.#all.set(notice.questionId, { ...asked, answer: describeAnswer(notice.answer) });
  }

  /** Takes a typed line for the answer to the oldest question, if it is one. */
  take(line: string): boolean {
    const [question] = this.#options.call.questions;
    if (question === undefined) return false;
    const answer = answerIn(line, question);
    if (answer === undefined) return false;
    this.#answer(question, answer);
    return true;
  }

  #ask(question: OracleQuestion): void {
    const { approved, isInteractive, show } = this.#options;
    const { asks, text } = question;
    const isApproval = question.asks === 'approval';
    this.#all.set(question.id, {
      asks,
      text,
      tool: isApproval ? question.tool : undefined,
      argumentsText: isApproval ? question.argumentsText : undefined,
      answer: null,
    });
    for (const line of describeQuestion(question)) show(printable(line));
    if (question.asks === 'choice') {
      const key = this.#presses.shift();
      const choice = key === undefined ? undefined : answerIn(key, question);
      if (choice !== undefined) this.#answer(question, choice);
      else if (isInteractive) show('type the key of one');
      return;
    }
    if (approved.includes(question.tool)) this.#answer(question, { answers: 'approval', isApproved: true });
    else if (isInteractive) show('type y to allow it, n to refuse');
    else this.#answer(question, { answers: 'approval', isApproved: false });
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

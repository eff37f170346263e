import { TRANSCRIPT_TEXT_MAX_LENGTH, type TranscriptEventLine } from '@oracle-calls/protocol';
import type { CallNoticeOf } from '../call/notices.ts';
import type { OracleQuestion, QuestionAnswer } from '../call/oracle-question.ts';

/**
 * What the person answered by touch, as lines of a transcript: what a tool was allowed to do is worth keeping most of all. Signs in place of words, since
 * the transcript has no language of its own. What was not answered is not kept.
 */
export class AnsweredQuestions {
  readonly #asked = new Map<string, { readonly at: number; readonly question: OracleQuestion }>();

  linesOf(at: number, notice: CallNoticeOf<'question' | 'questionOver'>): readonly TranscriptEventLine[] {
    if (notice.kind === 'question') {
      this.#asked.set(notice.question.id, { at, question: notice.question });
      return [];
    }
    const { questionId, answer } = notice;
    const asked = this.#asked.get(questionId);
    this.#asked.delete(questionId);
    if (asked === undefined || answer === undefined) return [];
    return [
      { speaker: 'oracle', how: 'written', text: asked.question.text, at: asked.at },
      { speaker: 'user', how: 'written', text: answerText(asked.question, answer), at },
    ];
  }
}

function answerText(question: OracleQuestion, answer: QuestionAnswer): string {
  if (question.asks === 'approval') {
    const sign = answer.answers === 'approval' && answer.isApproved ? '✓' : '✗';
    return `${sign} ${question.tool} ${question.argumentsText}`.slice(0, TRANSCRIPT_TEXT_MAX_LENGTH);
  }
  const chosen = question.choices.find(({ key }) => answer.answers === 'choice' && key === answer.key);
  return chosen === undefined ? '✗' : `${chosen.key} ${chosen.label}`;
}

import type { AnswerPayload, KeypadKey, QuestionPayload } from '@oracle-calls/protocol/data-frame';

/** A screen holds one card and a person one thought; a second may come while the first is read. Whoever asks more is told so. */
export const OPEN_QUESTIONS_MAX = 4;

/**
 * What the user was asked and has not answered:
 *
 *   ask ──► open ──(first answer that fits)──► answered
 *    │       ├──(its time is over)──► unanswered
 *    │       └──(not wanted any more · attempt or call over)──► taken back
 *    └──(too many are open)──► refused
 *
 * Whatever answers no open question, or not in its way, changes nothing.
 */
export type OpenQuestions = ReadonlyMap<string, QuestionPayload>;

export type QuestionInput =
  | { readonly kind: 'ask'; readonly question: QuestionPayload }
  | { readonly kind: 'answer'; readonly answer: AnswerPayload }
  | { readonly kind: 'time-over'; readonly id: string }
  | { readonly kind: 'take-back'; readonly id: string }
  | { readonly kind: 'take-all-back' };

/** How a question ended. */
export type QuestionOutcome =
  | { readonly kind: 'approval'; readonly isApproved: boolean }
  | { readonly kind: 'choice'; readonly key: KeypadKey; readonly label: string }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'taken-back' }
  | { readonly kind: 'refused' };

export type QuestionEffect =
  | { readonly kind: 'show'; readonly question: QuestionPayload }
  /** Tells the user that it waits for no answer. Who has answered knows. */
  | { readonly kind: 'tell-over'; readonly id: string }
  | { readonly kind: 'settle'; readonly id: string; readonly outcome: QuestionOutcome };

export interface QuestionStep {
  readonly open: OpenQuestions;
  readonly effects: readonly QuestionEffect[];
}

export const NO_QUESTIONS: OpenQuestions = new Map();

/** One step. Pure: the driver is `asking.ts`. */
export function stepQuestions(open: OpenQuestions, input: QuestionInput): QuestionStep {
  switch (input.kind) {
    case 'ask':
      return ask(open, input.question);
    case 'answer':
      return answer(open, input.answer);
    case 'time-over':
      return close(open, [input.id], { kind: 'unanswered' });
    case 'take-back':
      return close(open, [input.id], { kind: 'taken-back' });
    case 'take-all-back':
      return close(open, [...open.keys()], { kind: 'taken-back' });
    default:
      return input satisfies never;
  }
}

function ask(open: OpenQuestions, question: QuestionPayload): QuestionStep {
  const { id } = question;
  // An id names one question for ever: a second one under it would take the first one's answer.
  if (open.size >= OPEN_QUESTIONS_MAX || open.has(id)) {
    return { open, effects: [{ kind: 'settle', id, outcome: { kind: 'refused' } }] };
  }
  return { open: new Map(open).set(id, question), effects: [{ kind: 'show', question }] };
}

function answer(open: OpenQuestions, given: AnswerPayload): QuestionStep {
  const question = open.get(given.question);
  const outcome = question === undefined ? undefined : outcomeOf(question, given);
  if (outcome === undefined) return { open, effects: [] };
  return { open: without(open, [given.question]), effects: [{ kind: 'settle', id: given.question, outcome }] };
}

/** What this answer says to this question; nothing when it is an answer to something else. */
function outcomeOf(question: QuestionPayload, given: AnswerPayload): QuestionOutcome | undefined {
  if (question.asks === 'approval') {
    return given.answers === 'approval' ? { kind: 'approval', isApproved: given.isApproved } : undefined;
  }
  if (given.answers !== 'choice') return undefined;
  const chosen = question.choices.find(({ key }) => key === given.key);
  return chosen === undefined ? undefined : { kind: 'choice', ...chosen };
}

function close(open: OpenQuestions, ids: readonly string[], outcome: QuestionOutcome): QuestionStep {
  const closing = ids.filter((id) => open.has(id));
  if (closing.length === 0) return { open, effects: [] };
  return {
    open: without(open, closing),
    effects: closing.flatMap((id): QuestionEffect[] => [
      { kind: 'tell-over', id },
      { kind: 'settle', id, outcome },
    ]),
  };
}

const without = (open: OpenQuestions, ids: readonly string[]): OpenQuestions =>
  new Map([...open].filter(([id]) => !ids.includes(id)));

import type { Library } from '@oracle-calls/agent/oracle';

/** A question with what counts as its answer. */
export interface Card {
  readonly question: string;
  /** Said when it was not known. */
  readonly answer: string;
  readonly accepted: readonly (readonly string[])[];
}

/** Words that change no answer. */
const EMPTY_WORDS = new Set(['the', 'a', 'an', 'is', 'it', 'of', 'in', 'i', 'think', 'its', 'mount']);

const contentWords = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !EMPTY_WORDS.has(word));

/** Each heading is a question, what stands below it the answer; `or` separates answers that are as good. */
export function cardsOf(library: Library): Card[] {
  return library.passages.flatMap(({ heading, sentences }) => {
    if (heading === undefined) return [];
    const alternatives = sentences.join(' ').replace(/\.$/, '').split(/ or /);
    return [{ question: heading, answer: alternatives[0] ?? '', accepted: alternatives.map(contentWords) }];
  });
}

/** Whether what was said holds every word of one of the answers. */
export function isRight({ accepted }: Card, said: string): boolean {
  const words = new Set(contentWords(said));
  return accepted.some((answer) => answer.length > 0 && answer.every((word) => words.has(word)));
}

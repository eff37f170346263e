import type { Finding, Library } from '../../documents/library.ts';
import type { Turn } from '../brain.ts';

/** Whoever says this wants to know where the last answer came from. */
const ASKS_SOURCE =
  /\b(?:where (?:does it say|did you (?:get|read|find|hear)|do you (?:know|have) th|is that (?:written|from))|how do you know|says who|who says (?:so|that)|what(?:'s| is| was) (?:your|the) source|which (?:document|source)|what document|cite|your source)/i;

export const asksSource = (question: string): boolean => ASKS_SOURCE.test(question);

/** Words that are listened to gladly: a quarter of a minute. */
const MAX_WORDS = 40;

/**
 * The whole passage when it is short enough to be heard, since sentences lean on each other; else the closest sentence and the neighbour
 * that stands with it. Never across a heading.
 */
export function sayFinding({ passage, sentence }: Finding): string {
  const { sentences } = passage;
  const whole = sentences.join(' ');
  if (whole.split(/\s+/).length <= MAX_WORDS) return whole;
  const until = sentence + 1 < sentences.length ? sentence + 2 : sentence + 1;
  const from = until - sentence === 1 && sentence > 0 ? sentence - 1 : sentence;
  return sentences.slice(from, until).join(' ');
}

/** Where the oracle's last answer from a document stands; the answer itself is the only memory of it that is needed. */
export function saySource(library: Library, turns: readonly Turn[]): string {
  const said = turns.findLast(({ speaker }) => speaker === 'oracle')?.text ?? '';
  const source = library.passages.find(({ sentences }) => sentences.some((sentence) => said.includes(sentence)));
  if (source === undefined) return 'That was not from one of my documents.';
  const { document, heading } = source;
  return heading === undefined ? `It is in “${document}”.` : `It is in “${document}”, under “${heading}”.`;
}

export function sayUnknown(library: Library): string {
  return `I do not know that. I can tell you about ${sayTopics(library)}.`;
}

/** Titles that can be said in one breath. */
const MAX_TITLES = 4;

/** What the documents are about, by their titles. */
export function sayTopics({ documents }: Library): string {
  const few = documents.slice(0, MAX_TITLES).map((title) => `“${title}”`);
  const all = documents.length > few.length ? [...few, 'more'] : few;
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(all);
}

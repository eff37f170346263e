import { wordsOf } from './heard-words.ts';

/** No sentence ends with these. */
const NEVER_LAST = new Set([
  ...[
    'a',
    'an',
    'the',
    'and',
    'or',
    'but',
    'because',
    'if',
    'when',
    'while',
    'than',
    'my',
    'your',
    'our',
    'their',
    'its',
  ],
  ...[
    'i',
    'um',
    'uh',
    'er',
    'erm',
    'very',
    'im',
    "i'm",
    "i'd",
    "i'll",
    "i've",
    'would',
    'could',
    'should',
    'every',
    'whether',
  ],
]);
/** Nor with these two. */
const NEVER_LAST_PAIRS = new Set(['how to', 'such as', 'instead of']);
/** These end questions alone ("Who was it from?"). */
const LAST_IN_QUESTIONS = new Set([
  'to',
  'of',
  'at',
  'with',
  'from',
  'in',
  'for',
  'into',
  'is',
  'are',
  'that',
  'between',
]);

/** What the end of a text says about whether somebody has finished. */
export type SentenceEnd =
  /** No sentence ends so. */
  | 'open'
  /** With a comma: recognisers write one where the tune stays up, and sometimes where a question is over. */
  | 'comma'
  /** With a question mark: a question is complete in itself. */
  | 'question'
  /** Perhaps: recognisers end half a sentence with a full stop too. */
  | 'closed';

/** The second opinion beside the turn detector, which hears no words. English. */
export function sentenceEnd(text: string): SentenceEnd {
  const words = wordsOf(text);
  const last = words.at(-1) ?? '';
  const trimmed = text.trim();
  if (NEVER_LAST.has(last) || NEVER_LAST_PAIRS.has(words.slice(-2).join(' ')) || /(?:-|…|\.\.\.)$/.test(trimmed))
    return 'open';
  if (trimmed.endsWith('?')) return 'question';
  if (LAST_IN_QUESTIONS.has(last)) return 'open';
  return trimmed.endsWith(',') ? 'comma' : 'closed';
}

/**
 * How long the silence after a text has to be until the turn is over, in ms. When the sound and the words both say so, the shortest; when neither does, or no sentence
 * ends so, the longest; when they disagree, half-way.
 */
export function silenceNeededMs(
  { soundsFinished, end }: { readonly soundsFinished: boolean; readonly end: SentenceEnd },
  { endOfTurnMinMs, endOfTurnMaxMs }: { readonly endOfTurnMinMs: number; readonly endOfTurnMaxMs: number },
): number {
  if (end === 'open') return endOfTurnMaxMs;
  const halfWay = (endOfTurnMinMs + endOfTurnMaxMs) / 2;
  if (soundsFinished) return end === 'comma' ? halfWay : endOfTurnMinMs;
  return end === 'question' ? halfWay : endOfTurnMaxMs;
}

import { isMadeUp, plainText } from './heard-words.ts';
import { sentenceEnd } from './sentence-end.ts';
import type { SentenceEnd } from './sentence-end.ts';
import type { Utterance } from './utterance.ts';

/** What was said until a pause. */
export interface Finding {
  readonly text: string;
  /** A sign of listening that it probably was instead. */
  readonly sign: string | undefined;
  readonly at: number;
}

/** One stretch in which the user speaks, from the first sound to the end of the turn. */
export interface Stretch {
  utterance: Utterance;
  /** What was taken down of it before. */
  taken: string;
  /** It began while the oracle was speaking or about to, which is held since. */
  readonly isOverOracle: boolean;
  readonly mayBeEcho: boolean;
  /** It is meant for the oracle, which therefore says no more. */
  isMeant: boolean;
  /** What was said until the pause that lasts. */
  found: Finding | undefined;
  isFinished: boolean | undefined;
  isFinding: boolean;
  isAsking: boolean;
  likely: string | undefined;
  /** What is understood so far of the utterance. */
  heard: string;
  /** The last interim words. */
  told: string | undefined;
}

export function beginStretch(
  utterance: Utterance,
  { isOverOracle, mayBeEcho }: Pick<Stretch, 'isOverOracle' | 'mayBeEcho'>,
): Stretch {
  return {
    utterance,
    taken: '',
    isOverOracle,
    mayBeEcho,
    isMeant: !isOverOracle,
    found: undefined,
    isFinished: undefined,
    isFinding: false,
    isAsking: false,
    likely: undefined,
    heard: '',
    told: undefined,
  };
}

/** All that was said in a stretch when this is what its utterance comes to; made-up words are none. */
export function textOf({ taken, utterance }: Stretch, text: string): string {
  return [taken, isMadeUp(text, utterance.voicedMs) ? '' : text].filter((part) => part !== '').join(' ');
}

/** Of the same words, a mark that was heard while they were spoken counts too: the last look takes the silence after a question for the tune of a comma. */
export function endOf(stretch: Stretch, text: string): SentenceEnd {
  const end = sentenceEnd(text);
  const before = textOf(stretch, stretch.heard);
  const wasQuestion = plainText(before) === plainText(text) && sentenceEnd(before) === 'question';
  return end === 'comma' && wasQuestion ? 'question' : end;
}

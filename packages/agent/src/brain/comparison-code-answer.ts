import type { CallContext, Turn } from './brain.ts';

/** What people call it when they ask for it. */
const ASKED = /\b(?:comparison|security|safety|verification)\s+(?:code|number)\b/i;

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

/** Digits in one group: the code is shown in two. */
const GROUP = 5;

/** The answer to somebody who asks for the comparison code; `undefined` when nobody does. No model is asked: one would make digits up. */
export function comparisonCodeAnswer(turns: readonly Turn[], { comparisonCode }: CallContext): string | undefined {
  const question = turns.findLast(({ speaker }) => speaker === 'user')?.text ?? '';
  if (!ASKED.test(question)) return undefined;
  if (comparisonCode === undefined) return 'This call has no comparison code.';
  const words = Array.from(comparisonCode, (digit) => DIGITS[Number(digit)]);
  const groups = [words.slice(0, GROUP), words.slice(GROUP)].map((group) => group.join(', '));
  // Said with it, because whoever can stand between the two ends may also imitate a voice.
  return `The comparison code is ${groups.join('. ')}. Do not rely on my voice alone, it can be imitated.`;
}

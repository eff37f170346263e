import type { RememberedTurn } from '@oracle-calls/protocol/memory';
import type { CallContext, Turn } from '../brain/brain.ts';
import { questionOf } from '../brain/create-brain.ts';

/** "What did I ask you last time?", "Do you remember our last call?" */
const ASKED =
  /\b(?:(?:last|previous|earlier|former) (?:time|call|conversation)|do you (?:still )?remember (?:me|what|our)|what did (?:I|we) (?:ask|say|talk)\b.*\b(?:before|last|earlier))\b/i;

/** Questions that are told again: more nobody wants to hear. */
const TOLD_MAX = 3;
/** A question is told as it was said, unless it is a speech. */
const TOLD_LENGTH = 160;

/**
 * The answer to somebody who asks what was said in earlier calls; `undefined` when nobody does, or nothing is remembered here. For the local brains, whose
 * language model would make it up.
 */
export function memoryAnswer(turns: readonly Turn[], { memory }: CallContext): string | undefined {
  if (memory === undefined || !ASKED.test(questionOf(turns))) return undefined;
  const asked = lastQuestions(memory.turns);
  if (asked.length === 0) return 'I remember no earlier call of ours.';
  const told = asked.map(
    (text) => `“${text.length > TOLD_LENGTH ? `${text.slice(0, TOLD_LENGTH).toWellFormed()}…` : text}”`,
  );
  return told.length === 1 ? `Last time you said: ${told[0]}` : `Last time you said: ${told.join(', then ')}`;
}

const lastQuestions = (turns: readonly RememberedTurn[]): readonly string[] =>
  turns
    .filter(({ speaker, text }) => speaker === 'user' && !ASKED.test(text))
    .slice(-TOLD_MAX)
    .map(({ text }) => text);

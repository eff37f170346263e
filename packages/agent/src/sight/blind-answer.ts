import type { Turn } from '../brain/brain.ts';

/** What people ask who take it that the oracle sees them, or what they hold up. */
const ASKED =
  /\b(?:can|do|could) you (?:see|recogni[sz]e) (?:me|us|this|that|it|my|what)\b|\bwhat (?:do|can) you see\b|\bwhat (?:am i|are we) (?:holding|wearing|showing|pointing at)\b|\blook at (?:me|this|my)\b|\bon my (?:screen|camera)\b/i;

/** The answer to somebody who asks a brain without eyes what it sees; `undefined` when nobody does. A model would make something up. */
export function blindAnswer(turns: readonly Turn[]): string | undefined {
  const question = turns.findLast(({ speaker }) => speaker === 'user')?.text ?? '';
  return ASKED.test(question) ? 'I cannot see. I only hear you, and nobody here looks at your pictures.' : undefined;
}

import { createBrain, ON_THIS_MACHINE, questionOf, turnOver } from '@oracle-calls/agent/oracle';
import type { Brain, BrainKit, CallContext, Turn } from '@oracle-calls/agent/oracle';
import { cardsOf, isRight } from './cards.ts';
import type { Card } from './cards.ts';
import { Progress } from './progress.ts';

const ASKS_PROGRESS = /\b(?:how am i doing|my (?:score|progress)|how many do i know)\b/i;
const WANTS_NO_MORE = /\b(?:stop|enough|that is all|no more|goodbye|bye)\b/i;
const DOES_NOT_KNOW = /\b(?:don'?t know|do not know|no idea|skip|pass)\b/i;

/** How many answers of a call's are kept for calls without a memory. */
const MAX_CALLS = 64;

/** A tutor without a language model: it asks, judges, encourages, and asks on. */
export function tutorBrain({ library }: BrainKit): Brain {
  if (library === undefined) throw new TypeError('a tutor needs cards');
  const cards = cardsOf(library);
  const forgotten = new Map<string, Progress>();

  /** With a memory the notes are the truth; without one it is kept as long as the call. */
  const progressOf = ({ memory, conversationId = '' }: CallContext): Progress => {
    if (memory !== undefined) return new Progress(memory);
    const progress = forgotten.get(conversationId) ?? new Progress(undefined);
    forgotten.set(conversationId, progress);
    const [oldest] = forgotten.keys();
    if (forgotten.size > MAX_CALLS && oldest !== undefined) forgotten.delete(oldest);
    return progress;
  };

  return createBrain({
    title: `tutor with ${cards.length} cards`,
    place: ON_THIS_MACHINE,
    async *answer(turns, context, how = {}) {
      // What is judged is noted, so the pupil must have finished.
      await turnOver(how);
      const said = questionOf(turns);
      const progress = progressOf(context);
      const asked = askedIn(turns, cards);
      const score = `You know ${progress.known(cards)} of ${cards.length}.`;
      if (WANTS_NO_MORE.test(said)) return yield `${score} See you next time.`;
      if (ASKS_PROGRESS.test(said)) return yield `${score} ${ask(progress.next(cards, undefined))}`;
      if (asked !== undefined) yield `${judge(asked, said, progress)} `;
      else yield progress.known(cards) > 0 ? `Welcome back. ${score} ` : 'Hello. Let us begin. ';
      yield ask(progress.next(cards, asked));
    },
  });
}

function judge(card: Card, said: string, progress: Progress): string {
  const right = !DOES_NOT_KNOW.test(said) && isRight(card, said);
  progress.judge(card, right);
  return right ? 'That is right.' : `Not quite: ${card.answer}.`;
}

const ask = (card: Card | undefined): string => (card === undefined ? 'You know them all. Well done.' : card.question);

/** The card that the tutor's last words ended with, if the pupil heard them. */
function askedIn(turns: readonly Turn[], cards: readonly Card[]): Card | undefined {
  const last = turns.findLast(({ speaker }) => speaker === 'oracle')?.text.trim() ?? '';
  return cards.find(({ question }) => last.endsWith(question));
}

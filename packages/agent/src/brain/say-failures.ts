import { codeOf } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import type { AnswerOptions, Brain, CallContext, Turn } from './brain.ts';
import { createBrain } from './create-brain.ts';

/** What an oracle says that fails, where its author has no words for it. */
export const DEFAULT_APOLOGY = 'I cannot answer that just now.';
/** Turns in a row that may fail. Then the user is not left with an oracle that only apologises. */
export const MAX_FAILED_TURNS = 3;

export interface SayFailuresOptions {
  readonly apology: string;
  /** The brain has failed in more than {@link MAX_FAILED_TURNS} turns in a row. The apology is still said. */
  readonly onGivenUp: (cause: unknown) => void;
  readonly log: Logger;
}

/**
 * The brain of one call, which says aloud that it failed: silence would leave the user waiting. Aborts are no failures.
 * A turn may be answered more than once, as long as the user may not have finished; it counts once.
 */
export function sayFailures(brain: Brain, { apology, onGivenUp, log }: SayFailuresOptions): Brain {
  const failedTurns = new Set<number>();

  async function* answer(
    turns: readonly Turn[],
    context: CallContext,
    options?: AnswerOptions,
  ): AsyncGenerator<string> {
    let last = options?.alreadySaid ?? '';
    try {
      for await (const piece of brain.answer(turns, context, options)) {
        if (piece.trim() !== '') last = piece;
        yield piece;
      }
      failedTurns.clear();
    } catch (cause) {
      options?.signal?.throwIfAborted();
      failedTurns.add(turns.filter(({ speaker }) => speaker === 'user').length);
      log.warn('an answer failed', { code: codeOf(cause), turnsInARow: failedTurns.size });
      yield `${bridgeAfter(last)}${apology}`;
      if (failedTurns.size > MAX_FAILED_TURNS) onGivenUp(cause);
    }
  }

  const { title, place, wantsStills } = brain;
  return createBrain({ title, place, wantsStills, answer, close: () => brain.close() });
}

/** What stands between the words that were said and the apology. */
function bridgeAfter(said: string): string {
  if (said === '') return '';
  return /[.!?…]["”’)]?\s*$/u.test(said) ? ' ' : '… ';
}

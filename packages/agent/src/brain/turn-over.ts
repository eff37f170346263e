import type { AnswerOptions } from './brain.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Resolves once the user is known to have finished, at once where nothing is begun early: for a brain of an author's own, before it does anything that stays.
 *
 * @throws `signal.reason` when the user goes on
 */
export async function turnOver({ settled, signal }: Pick<AnswerOptions, 'settled' | 'signal'>): Promise<void> {
  signal?.throwIfAborted();
  if (settled !== undefined) await untilAborted(settled, signal);
}

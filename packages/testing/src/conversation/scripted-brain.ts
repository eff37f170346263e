import { createBrain, ON_THIS_MACHINE, questionOf } from '@oracle-calls/agent/oracle';
import type { Brain, CallContext, Turn } from '@oracle-calls/agent/oracle';

/** What a {@link scriptedBrain} was asked. */
export interface AskedAnswer {
  readonly turns: readonly Turn[];
  readonly context: CallContext;
}

/**
 * A brain that says what the test wrote down: for each question its pieces, or one text. A question that nobody wrote down is an error, so that
 * a test never passes on an answer that it does not know.
 */
export function scriptedBrain(
  script: Readonly<Record<string, string | readonly string[]>>,
): Brain & { readonly asked: readonly AskedAnswer[] } {
  const asked: AskedAnswer[] = [];
  const brain = createBrain({
    title: 'scripted',
    place: ON_THIS_MACHINE,
    async *answer(turns, context, { signal, alreadySaid = '' } = {}) {
      asked.push({ turns, context });
      const question = questionOf(turns);
      const pieces = script[question];
      if (pieces === undefined) throw new RangeError(`nothing is written down for ${JSON.stringify(question)}`);
      let unsaid = alreadySaid.length;
      for (const piece of typeof pieces === 'string' ? [pieces] : pieces) {
        await Promise.resolve();
        signal?.throwIfAborted();
        const fresh = piece.slice(unsaid);
        unsaid = Math.max(0, unsaid - piece.length);
        if (fresh !== '') yield fresh;
      }
    },
  });
  return { ...brain, asked };
}

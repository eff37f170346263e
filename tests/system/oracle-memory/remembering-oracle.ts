import { createBrain, defineOracle, ON_THIS_MACHINE, questionOf } from '@oracle-calls/agent/oracle';

/** Says what it remembers, and how often it was asked in this session: no model stands between. */
export const oracle = defineOracle({
  instructions: 'You say what you remember.',
  memory: { keepTurns: 50 },
  brain: {
    kind: 'own',
    place: ON_THIS_MACHINE,
    open: () =>
      createBrain({
        title: 'memory',
        place: ON_THIS_MACHINE,
        async *answer(turns, { memory }, { settled } = {}) {
          await settled;
          const visits = Number(memory?.notes.get('visits') ?? 0) + 1;
          memory?.notes.set('visits', visits);
          const before = memory?.turns.findLast(({ speaker }) => speaker === 'user')?.text;
          yield `You said: ${questionOf(turns)}. `;
          yield before === undefined ? 'Before that I know of nothing.' : `Before that you said: ${before}.`;
          yield ` Question ${visits}.`;
        },
      }),
  },
});

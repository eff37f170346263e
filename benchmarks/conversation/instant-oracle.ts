import { createBrain, defineOracle, ON_THIS_MACHINE } from '@oracle-calls/agent/oracle';

/** An oracle that has not to think: what is left of the time until its answer is the pipeline's own. */
export const oracle = defineOracle({
  instructions: 'You answer at once.',
  brain: {
    kind: 'own',
    place: ON_THIS_MACHINE,
    open: () =>
      createBrain({
        title: 'an instant answer',
        place: ON_THIS_MACHINE,
        async *answer() {
          await Promise.resolve();
          yield 'Yes, of course.';
        },
      }),
  },
});

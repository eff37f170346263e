import { createBrain, defineOracle, defineTool, ON_THIS_MACHINE, questionOf } from '@oracle-calls/agent/oracle';
import type { ToolBox } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';

let orders = 0;

const order = defineTool({
  name: 'orderCakes',
  description: 'Orders cakes from the baker. Of use when the guest is hungry.',
  parameters: v.object({ count: v.number(), note: v.optional(v.string(), 'none') }),
  needsApproval: true,
  approval: { text: 'Order cakes from the baker?' },
  run: ({ count }) => {
    orders += 1;
    return `Ordered ${count} cakes. This is order number ${orders}.`;
  },
});

const CHOICES = [
  { key: '1', label: 'Tea' },
  { key: '2', label: 'Coffee' },
] as const;

/** Does what is written to it, in a word. */
const brain = (toolBox: ToolBox) =>
  createBrain({
    title: 'scripted',
    place: ON_THIS_MACHINE,
    async *answer(turns, context, how = {}) {
      const question = questionOf(turns);
      const { user } = context;
      if (question.startsWith('order')) {
        const argumentsText = JSON.stringify({ count: 2, note: question.slice('order'.length) });
        const { text } = await toolBox.run({ name: 'orderCakes', argumentsText }, context, how);
        return yield text;
      }
      if (question === 'choose') return yield `You chose ${await user?.choose('What to drink?', CHOICES, how)}.`;
      if (question === 'offer') {
        user?.offer('What to drink?', CHOICES);
        return yield 'There is tea and coffee.';
      }
      if (question === 'write') user?.write('A map follows.');
      yield `You said ${question}.`;
    },
  });

/** An oracle that asks its caller by touch. */
export const oracle = defineOracle({
  instructions: 'Ask.',
  tools: [order],
  brain: { kind: 'own', place: ON_THIS_MACHINE, open: ({ toolBox }) => brain(toolBox) },
});

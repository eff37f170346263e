import { defineOracle, defineTool } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';

const orderBread = defineTool({
  name: 'orderBread',
  description: 'Puts bread aside for the customer.',
  parameters: v.object({ bread: v.string() }),
  needsApproval: true, // the page asks the customer, with exactly what will be ordered
  examples: ['keep {bread} for me', 'order {bread}'], // how the local brain knows that it is wanted
  run: ({ bread }) => `I keep ${bread} for you until noon.`,
});

export const oracle = defineOracle({
  instructions: 'You are the voice of a bakery. Be brief.',
  documents: new URL('./documents', import.meta.url),
  tools: [orderBread],
});

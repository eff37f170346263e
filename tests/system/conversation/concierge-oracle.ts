import { appendFile } from 'node:fs/promises';
import { createBrain, defineOracle, defineTool, ON_THIS_MACHINE, openOracle } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';
import { oracle as concierge } from '../../../benchmarks/conversation/oracle.ts';

/** What the test gives the agent's processes to know: where the models are, and where to write what they did. */
export const ENVIRONMENT = {
  weightsDir: 'CONCIERGE_WEIGHTS_DIR',
  /** One line of JSON for each taxi. */
  taxisFile: 'CONCIERGE_TAXIS_FILE',
  /** One line of JSON for each time that the brain is asked: the turns as it was given them. */
  turnsFile: 'CONCIERGE_TURNS_FILE',
} as const;

function fromEnvironment(name: keyof typeof ENVIRONMENT): string {
  const value = process.env[ENVIRONMENT[name]];
  if (value === undefined) throw new TypeError(`${ENVIRONMENT[name]} is not set`);
  return value;
}

const append = (file: string, line: unknown): Promise<void> => appendFile(file, `${JSON.stringify(line)}\n`);

const orderTaxi = defineTool({
  name: 'orderTaxi',
  description: 'Orders a taxi to the house, for the guest who calls.',
  parameters: v.object({ place: v.string() }),
  needsApproval: true,
  examples: ['order a taxi to {place}', 'call me a taxi to {place}'],
  async run({ place }) {
    await append(fromEnvironment('taxisFile'), { place });
    return `Your taxi to ${place} is on its way.`;
  },
});

/** The local brain, behind one that writes down what it is asked. */
export const oracle = defineOracle({
  instructions: concierge.instructions,
  brain: {
    kind: 'own',
    place: ON_THIS_MACHINE,
    async open() {
      const local = await openOracle(
        { ...concierge, tools: [...(concierge.tools ?? []), orderTaxi] },
        { weightsDir: fromEnvironment('weightsDir') },
      );
      const { title, place } = local;
      return createBrain({
        title,
        place,
        async *answer(turns, context, how) {
          await append(fromEnvironment('turnsFile'), turns);
          yield* local.answer(turns, context, how);
        },
        close: () => local.close(),
      });
    },
  },
});

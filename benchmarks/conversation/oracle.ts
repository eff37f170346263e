import { defineOracle, defineTool } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';

/** Long enough for everything that is said into it: some 40 s, in sentences of an usual length. */
const ABOUT = `The Lindenhof is an old farm above the lake, with nine rooms under a wide roof. My grandparents kept cows here, and the stable is now the breakfast room.
Every room has a window to the water, and the two rooms on the ground floor open into the garden. In the morning the sun comes over the hills behind the village and reaches the terrace first.
Most guests go swimming before breakfast, or sit under the lime tree that gave the house its name. In the autumn the mist stays on the lake until noon, and then the whole valley turns yellow and red.
In the winter there is a fire in the hall, and whoever likes can borrow a sledge and go down to the church. The village has a baker, a small shop, and an inn that is older than the road that leads to it.
If you stay for longer than a few days, take the boat to the island once, and walk around the lake once, and you have seen the best of it.`;

/** Something that takes long to tell. */
const aboutHouse = defineTool({
  name: 'aboutHouse',
  description: 'Tells the story of the house.',
  parameters: v.object({}),
  isLookup: true,
  examples: ['tell me about the house', 'tell me something about this house'],
  run: () => ABOUT,
});

/** The concierge of the guest house that the recorded questions are about. */
export const oracle = defineOracle({
  instructions: 'You are the concierge of the Lindenhof.',
  documents: new URL('../retrieval/documents', import.meta.url),
  tools: [aboutHouse],
});

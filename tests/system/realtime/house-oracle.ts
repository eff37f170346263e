import { appendFile } from 'node:fs/promises';
import { defineOracle, defineTool } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';
import { HOUSE_ENVIRONMENT, HOUSE_HOST, HOUSE_MODEL } from './house-environment.ts';

function fromEnvironment(name: keyof typeof HOUSE_ENVIRONMENT): string {
  const value = process.env[HOUSE_ENVIRONMENT[name]];
  if (value === undefined) throw new TypeError(`${HOUSE_ENVIRONMENT[name]} is not set`);
  return value;
}

const readThermometer = defineTool({
  name: 'readThermometer',
  description: 'Reads a thermometer of the house.',
  parameters: v.object({ place: v.picklist(['lake', 'sauna']) }),
  async run({ place }) {
    await appendFile(fromEnvironment('readingsFile'), `${JSON.stringify({ place })}\n`);
    return place === 'lake' ? 'seventeen degrees' : 'eighty degrees';
  },
});

/** An oracle that is a model of somebody else's, which hears and speaks by itself. */
export const oracle = defineOracle({
  instructions: 'You are the porter of a guest house.',
  tools: [readThermometer],
  brain: {
    kind: 'realtime',
    baseUrl: fromEnvironment('baseUrl'),
    model: HOUSE_MODEL,
    transcriptionModel: 'house-scribe',
    apiKeyFile: fromEnvironment('apiKeyFile'),
    place: { where: 'sent-to', host: HOUSE_HOST, what: ['audio', 'text'] },
  },
});

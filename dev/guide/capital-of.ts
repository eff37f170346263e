import { defineTool } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';
import { CAPITALS } from './capitals.ts';

const BY_NAME = new Map(CAPITALS.map(([country, capital]) => [plain(country), { country, capital }]));

export const capitalOf = defineTool({
  name: 'capitalOf',
  description: 'Looks up the capital city of a country.',
  parameters: v.object({ country: v.string() }),
  isLookup: true,
  examples: ['capital city of {country}', 'capital of {country}'],
  run: ({ country }) => {
    const found = BY_NAME.get(plain(country));
    return found === undefined
      ? `I do not know the capital of ${country}.`
      : `${found.capital} is the capital city of ${found.country}.`;
  },
});

/** Country names as they are said and recognised: without case, marks and article. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\s]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^the /, '');
}

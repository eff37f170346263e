import { defineOracle } from '@oracle-calls/agent/oracle';
import type { OracleDefinition } from '@oracle-calls/agent/oracle';
import { smallHouse } from './house.ts';
import type { House } from './house.ts';
import { bookTable, roomService } from './tools.ts';

/** The concierge of a house. */
export const conciergeOf = (house: House): OracleDefinition =>
  defineOracle({
    instructions:
      'You are the concierge of the Seehof. You are brief and friendly, and you say only what the documents and the tools tell.',
    apology: 'I am sorry, something here does not work. Please call the reception.',
    documents: new URL('./documents', import.meta.url),
    tools: [roomService(house), bookTable(house)],
    // For a language model alone: the local brain says what stands in the documents.
    onCall: ({ language }) =>
      language === undefined || language.startsWith('en')
        ? undefined
        : { instructions: `The guest prefers ${language} (BCP 47). Answer in it.` },
  });

export const oracle = conciergeOf(smallHouse());

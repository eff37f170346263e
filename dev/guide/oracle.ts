import { defineOracle } from '@oracle-calls/agent/oracle';
import { ARITHMETIC } from './arithmetic.ts';
import { capitalOf } from './capital-of.ts';
import { tellTime } from './tell-time.ts';

/** Who answers in a stack that names no other oracle: a guide to Oracle Calls, and an example of one. */
export const oracle = defineOracle({
  instructions:
    'You are the guide to Oracle Calls. Answer in one or two short sentences, from the documents and the tools alone, and say when you do not know.',
  documents: new URL('./documents', import.meta.url),
  tools: [capitalOf, tellTime, ...ARITHMETIC],
});

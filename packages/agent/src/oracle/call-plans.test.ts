import { expect, test } from 'vitest';
import { createCallMemory } from '../memory/call-memory.ts';
import { CallPlans } from './call-plans.ts';

test('a plan that was made with what the oracle remembered goes with it when the user has it forgotten', async () => {
  const plans = new CallPlans({
    instructions: 'You are Ada.',
    onCall: ({ memory }) => ({ instructions: `Known: ${memory?.notes.names.join() ?? ''}.` }),
  });
  const call = { sessionId: 's', conversationId: 'c' };
  const known = { ...call, memory: createCallMemory({ notes: { allergy: 'nuts' } }) };
  await plans.prepare(known);
  // A note that comes to it changes nothing: a plan is made once.
  await plans.prepare({ ...call, memory: createCallMemory({ notes: { allergy: 'nuts', name: 'Bob' } }) });
  expect(plans.instructionsFor(known)).toBe('You are Ada.\n\nKnown: allergy.');
  const forgotten = { ...call, memory: createCallMemory() };
  await plans.prepare(forgotten);
  expect(plans.instructionsFor(forgotten)).toBe('You are Ada.\n\nKnown: .');
  // And once more is made with what is learned from then on, never with what was forgotten.
  await plans.prepare({ ...call, memory: createCallMemory({ notes: { name: 'Bob' } }) });
  expect(plans.instructionsFor(call)).toBe('You are Ada.\n\nKnown: .');
});

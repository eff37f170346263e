import { createCallMemory, defineOracle, defineTool } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { talkTo } from './oracle-talk.ts';
import { scriptedModel } from './scripted-model.ts';

const order = defineTool({
  name: 'order',
  description: 'Orders cakes.',
  parameters: v.object({ cakes: v.number() }),
  needsApproval: true,
  run: ({ cakes }) => `${cakes} ordered`,
});
const pick = defineTool({
  name: 'pick',
  description: 'Lets the user pick.',
  parameters: v.object({}),
  examples: ['pick a cake'],
  run: async (_given, { call }) => {
    const key = await call.user?.choose('Which?', [
      { key: '1', label: 'Plum' },
      { key: '2', label: 'Nut' },
    ]);
    call.memory?.notes.set('picked', key ?? 'nothing');
    call.user?.write(`You took ${key}.`);
    return `It is ${key}.`;
  },
});

test('a call has what its test wants to know: tools, approvals, quick replies, chat and notes', async () => {
  const brain = scriptedModel({
    'Two cakes.': ['One moment. ', { tool: 'order', with: { cakes: 2 } }, (outcome) => `${outcome?.text}.`],
    'Pick.': [{ tool: 'pick' }, (outcome) => outcome?.text ?? ''],
  });
  const oracle = defineOracle({
    instructions: 'You bake.',
    brain,
    tools: [order, pick],
    onCall: ({ memory }) => ({ instructions: `Seen before: ${memory?.notes.get('picked') !== undefined}.` }),
  });
  await using talk = await talkTo(oracle, {
    approve: true,
    touch: ({ choices }) => choices[1]?.key,
    memory: createCallMemory({ notes: { picked: '1' } }),
  });
  expect(await talk.say('Two cakes.')).toBe('One moment. 2 ordered.');
  expect(await talk.say('Pick.')).toBe('It is 2.');
  expect(talk.approvals).toMatchObject([{ tool: 'order', argumentsText: '{"cakes":2}' }]);
  expect(talk.toolUses.map(({ name, outcome }) => [name, outcome.isError])).toEqual([
    ['order', false],
    ['pick', false],
  ]);
  expect([talk.questions[0]?.text, talk.chat]).toEqual(['Which?', ['You took 2.']]);
  expect(talk.memory.notes.get('picked')).toBe('2');
  expect(brain.instructions).toBe('You bake.\n\nSeen before: true.');
  await expect(talk.say('Nothing of this.')).rejects.toThrow('nothing is written down');
});

test('without a model, tools are found by the words of their examples', async () => {
  await using talk = await talkTo(defineOracle({ instructions: 'You bake.', tools: [pick] }));
  expect(await talk.say('Please pick a cake.')).toBe('It is undefined.');
  expect(talk.memory.notes.get('picked')).toBe('nothing');
  await expect(talk.say('How are you?')).rejects.toThrow('language model');
});

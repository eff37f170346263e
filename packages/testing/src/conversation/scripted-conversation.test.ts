import { createBrain, defineTool, ON_THIS_MACHINE, ToolBox } from '@oracle-calls/agent/oracle';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { converseWith } from './scripted-conversation.ts';
import { scriptedBrain } from './scripted-brain.ts';

test('a conversation gives whole answers, and sends along what was said before', async () => {
  const brain = scriptedBrain({ 'Which city?': ['It is ', 'Paris.'], 'Why?': 'It is old.' });
  const talk = converseWith(brain, { context: { sessionId: 's1' } });
  expect(await talk.say('Which city?')).toBe('It is Paris.');
  expect(await talk.say('Why?')).toBe('It is old.');
  expect(brain.asked.map(({ turns, context }) => [turns.length, context.sessionId])).toEqual([
    [1, 's1'],
    [3, 's1'],
  ]);
});

test('an interrupted answer is as long as it was heard', async () => {
  const talk = converseWith(scriptedBrain({ 'Tell me.': ['Once ', 'upon ', 'a time.'] }));
  expect(await talk.sayAndInterrupt('Tell me.', 8)).toBe('Once upon ');
  expect(talk.turns.at(-1)).toEqual({ speaker: 'oracle', text: 'Once upon ', isInterrupted: true });
});

test('a question that nobody wrote down is an error', async () => {
  await expect(converseWith(scriptedBrain({})).say('What?')).rejects.toThrow('nothing is written down for "What?"');
});

test('the test answers for the user when a tool needs approval', async () => {
  const parameters = v.object({ cakes: v.number() });
  const run = ({ cakes }: { cakes: number }): string => `${cakes} ordered`;
  const tools = new ToolBox([
    defineTool({ name: 'order', description: 'Orders.', parameters, needsApproval: true, run }),
  ]);
  const brain = createBrain({
    title: 'baker',
    place: ON_THIS_MACHINE,
    async *answer(_turns, context, how) {
      yield (await tools.run({ name: 'order', argumentsText: '{"cakes":2}' }, context, how)).text;
    },
  });
  const willing = converseWith(brain, { approve: ({ tool }) => tool === 'order' });
  expect(await willing.say('Cakes.')).toBe('2 ordered');
  expect(willing.approvals).toMatchObject([{ tool: 'order', description: 'Orders.', argumentsText: '{"cakes":2}' }]);
  expect(await converseWith(brain).say('Cakes.')).toMatch(/did not allow/);
});

import { createCallMemory } from '@oracle-calls/agent/oracle';
import { talkTo } from '@oracle-calls/testing/conversation';
import { expect, test } from 'vitest';
import { oracle } from './oracle.ts';

test('the tutor asks, judges, and asks on', async () => {
  await using talk = await talkTo(oracle);
  expect(await talk.say('Hello!')).toBe('Hello. Let us begin. Which is the longest river of Africa?');
  expect(await talk.say('I think it is the Nile.')).toBe('That is right. On which continent is Peru?');
  expect(await talk.say('In Europe?')).toBe('Not quite: South America. Which ocean lies between Europe and America?');
  expect(await talk.say('No idea.')).toMatch(/^Not quite: The Atlantic\. /);
  expect(await talk.say('That is all, thanks.')).toBe('You know 0 of 6. See you next time.');
});

test('what the pupil knows is noted in the session, and rests in the next call', async () => {
  const memory = createCallMemory();
  const rightAnswers: Readonly<Record<string, string>> = {
    'longest river': 'the Nile',
    'continent is Peru': 'South America',
    'which ocean': 'the Atlantic',
    'capital of Kenya': 'Nairobi',
    'how many continents': '7',
    'which mountain': 'Everest',
  };
  {
    await using talk = await talkTo(oracle, { memory });
    let asked = await talk.say('Hello.');
    for (let round = 0; round < 11; round++) {
      const known = Object.entries(rightAnswers).find(([part]) => asked.toLowerCase().includes(part.toLowerCase()));
      asked = await talk.say(known?.[1] ?? '');
      expect(asked).toMatch(/^That is right\./);
    }
  }
  await using later = await talkTo(oracle, { memory });
  expect(await later.say('Good morning.')).toMatch(/^Welcome back\. You know 5 of 6\. /);
  expect(await later.say('How am I doing?')).toMatch(/^You know 5 of 6\. /);
});

test('where nothing is remembered, it is known for the length of the call', async () => {
  await using talk = await talkTo({ ...oracle, memory: false }, { context: { sessionId: 's', conversationId: 'c' } });
  await talk.say('Hello.');
  await talk.say('The Nile.');
  expect(await talk.say('How am I doing?')).toMatch(/^You know 0 of 6\. /);
});

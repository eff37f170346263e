import { expect, it } from 'vitest';
import { createCallMemory } from './call-memory.ts';
import { memoryAnswer } from './memory-answer.ts';

const ask = (question: string, ...before: string[]): string | undefined => {
  const turns = before.map((text, at) => ({ speaker: 'user', text, at }) as const);
  return memoryAnswer([{ speaker: 'user', text: question }], { sessionId: 's', memory: createCallMemory({ turns }) });
};

it.each([
  'What did I ask you last time?',
  'Do you remember our last call?',
  'What did we talk about before?',
  'What was my question in the previous call?',
])('%s is answered with what was said', (question) => {
  expect(ask(question, 'When is breakfast?')).toBe('Last time you said: “When is breakfast?”');
});

it('tells the last questions in their order, and none that asked for earlier ones', () => {
  expect(ask('What did I ask last time?', 'One?', 'Two?', 'Three?', 'What did I ask last time?', 'Four?')).toBe(
    'Last time you said: “Two?”, then “Three?”, then “Four?”',
  );
});

it('says so when there is nothing, and leaves every other question alone', () => {
  expect(ask('What did I ask last time?')).toBe('I remember no earlier call of ours.');
  expect(ask('When is the last train?', 'One?')).toBeUndefined();
  const turns = [{ speaker: 'user', text: 'What did I ask last time?' } as const];
  expect(memoryAnswer(turns, { sessionId: 's' })).toBeUndefined();
});

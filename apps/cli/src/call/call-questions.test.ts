import { parseCallId } from '@oracle-calls/protocol';
import type { OracleQuestion } from '@oracle-calls/sdk/core';
import { FakeClock, ScriptedOracleCalls } from '@oracle-calls/testing';
import { expect, test } from 'vitest';
import { CallQuestions, QUESTION_GUARD_MS } from './call-questions.ts';

const order = (id: string, tool = 'order'): OracleQuestion => ({
  id,
  asks: 'approval',
  tool,
  text: 'Order \u001b[2Jcakes?',
  argumentsText: '{"count":2}',
  expiresAt: 0,
});
const drink = (id: string): OracleQuestion => ({
  id,
  asks: 'choice',
  text: 'What to drink?',
  choices: [
    { key: '1', label: 'Tea' },
    { key: '#', label: 'Nothing' },
  ],
  expiresAt: 0,
});

function scene(options: { approved?: string[]; presses?: string[]; isInteractive?: boolean } = {}) {
  const clock = new FakeClock();
  const call = new ScriptedOracleCalls(clock).callOracle('audio');
  call.live(parseCallId('$a@b'));
  const shown: string[] = [];
  const { approved = [], presses = [], isInteractive = false } = options;
  const show = (line: string): void => void shown.push(line);
  const questions = new CallQuestions({ call, approved, presses, isInteractive, show, clock });
  call.observe((notice) => questions.hear(notice));
  const answers = (): unknown[] => call.asked.flatMap((one) => (one.kind === 'answer' ? [one.answer] : []));
  return { call, clock, shown, questions, answers };
}

test('a tool is allowed when it was named, and by nobody else’s name', async () => {
  const { call, clock, questions, answers } = scene({ approved: ['order'] });
  call.ask(order('a'));
  call.ask(order('b', 'orderMore'));
  await clock.settle();
  expect(answers()).toEqual([
    { answers: 'approval', isApproved: true },
    { answers: 'approval', isApproved: false },
  ]);
  expect(questions.all.map(({ tool, answer }) => [tool, answer])).toEqual([
    ['order', 'allowed'],
    ['orderMore', 'refused'],
  ]);
});

test('somebody who types is shown what would be done, and asked', async () => {
  const { call, clock, shown, questions, answers } = scene({ isInteractive: true });
  call.ask(order('a'));
  await clock.settle();
  expect(answers()).toEqual([]);
  // What others wrote steers no terminal.
  expect(shown).toEqual([
    'the oracle wants to use order: Order  [2Jcakes?',
    '  with exactly {"count":2}',
    'type y to allow it, n to refuse',
  ]);
  await clock.advance(QUESTION_GUARD_MS);
  expect(questions.take('yesterday')).toBe(false);
  expect(questions.take('1')).toBe(false);
  expect(questions.take(' N ')).toBe(true);
  await clock.settle();
  expect(questions.take('y')).toBe(false);
  call.ask(order('b'));
  await clock.advance(QUESTION_GUARD_MS);
  expect(questions.take('yes')).toBe(true);
  await clock.settle();
  expect(questions.all.map(({ answer }) => answer)).toEqual(['refused', 'allowed']);
  expect(shown.filter((line) => line.startsWith('answered'))).toEqual(['answered: refused', 'answered: allowed']);
});

test('quick replies are pressed in order, or typed; without either they are left alone', async () => {
  const scripted = scene({ presses: ['#', '7'] });
  for (const id of ['a', 'b', 'c']) scripted.call.ask(drink(id));
  await scripted.clock.settle();
  expect(scripted.answers()).toEqual([{ answers: 'choice', key: '#' }]);
  const typed = scene({ isInteractive: true });
  typed.call.ask(drink('a'));
  expect(typed.shown).toEqual(['the oracle asks: What to drink?', '  1  Tea', '  #  Nothing', 'type the key of one']);
  await typed.clock.advance(QUESTION_GUARD_MS);
  expect([typed.questions.take('2'), typed.questions.take('1')]).toEqual([false, true]);
  await typed.clock.settle();
  expect(typed.questions.all).toEqual([
    { asks: 'choice', text: 'What to drink?', tool: undefined, argumentsText: undefined, answer: '1' },
  ]);
});

test('a question that the oracle takes back was not answered', async () => {
  const { call, shown, questions } = scene({ isInteractive: true });
  call.ask(order('a'));
  call.closeQuestion('a');
  expect(shown.at(-1)).toBe('the oracle waits for that answer no more');
  expect(questions.all).toMatchObject([{ tool: 'order', answer: null }]);
  expect(questions.take('y')).toBe(false);
});

test('whoever types answers the question that is shown, and no other that came or went meanwhile', async () => {
  const { call, clock, shown, questions } = scene({ isInteractive: true });
  call.ask(order('a', 'buyCakes'));
  call.ask(order('b', 'payRent'));
  await clock.advance(QUESTION_GUARD_MS);
  // One at a time.
  expect(shown.some((line) => line.includes('payRent'))).toBe(false);
  // The first is gone in the moment in which somebody allows it: what was typed is about that one.
  call.closeQuestion('a');
  expect(shown.at(-1)).toBe('type y to allow it, n to refuse');
  expect(questions.take('y')).toBe(true);
  await clock.settle();
  expect(shown.at(-1)).toBe('that was typed before you could read the question');
  expect(questions.all.map(({ tool, answer }) => [tool, answer])).toEqual([
    ['buyCakes', null],
    ['payRent', null],
  ]);
  // The twin, who has read it.
  await clock.advance(QUESTION_GUARD_MS);
  expect(questions.take('y')).toBe(true);
  await clock.settle();
  expect(questions.all.at(-1)).toMatchObject({ tool: 'payRent', answer: 'allowed' });
});

import { expect, test, vi } from 'vitest';
import { ON_THIS_MACHINE } from '@oracle-calls/protocol/hearing';
import { createBrain, questionOf } from './create-brain.ts';

test('a brain is a title, a place and a generator of text', async () => {
  const echo = createBrain({
    title: 'echo',
    place: ON_THIS_MACHINE,
    async *answer(turns) {
      await Promise.resolve();
      yield `You said: ${questionOf(turns)}`;
    },
  });
  const pieces: string[] = [];
  for await (const piece of echo.answer([{ speaker: 'user', text: 'hello' }], { sessionId: 's' })) pieces.push(piece);
  expect(pieces).toEqual(['You said: hello']);
  await echo.close();
});

test('a brain is closed once, however often it is asked to', async () => {
  const release = vi.fn(() => Promise.resolve());
  async function* silence(): AsyncGenerator<string> {}
  const brain = createBrain({ title: 'silent', place: ON_THIS_MACHINE, answer: silence, close: release });
  await brain.close();
  await brain[Symbol.asyncDispose]();
  expect(release).toHaveBeenCalledTimes(1);
});

test('the question is what the user said last, not the oracle', () => {
  expect(
    questionOf([
      { speaker: 'user', text: 'a' },
      { speaker: 'oracle', text: 'b' },
    ]),
  ).toBe('a');
  expect(questionOf([])).toBe('');
});

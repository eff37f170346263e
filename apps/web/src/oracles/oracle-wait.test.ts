import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { ASK_EVERY_MS, ASKS_MAX, OracleWait } from './oracle-wait.ts';

function scene(answers: (boolean | Error)[]) {
  const clock = new FakeClock();
  const placed: string[] = [];
  const wait = new OracleWait({
    isReady: async () => {
      const answer = answers.shift() ?? false;
      if (typeof answer === 'boolean') return answer;
      throw answer;
    },
    place: (type) => placed.push(type),
    clock,
  });
  return { clock, placed, wait };
}

test('the oracle is asked for every few seconds, and called once it answers', async () => {
  const { clock, placed, wait } = scene([false, new Error('away'), true]);
  wait.start('video');
  expect(wait.value).toEqual({ kind: 'waiting', type: 'video', secondsLeft: 10, asked: 0 });
  await clock.advance(3_000);
  expect(wait.value).toMatchObject({ secondsLeft: 7 });
  await clock.advance(ASK_EVERY_MS * 2);
  expect(placed).toEqual([]);
  expect(wait.value).toMatchObject({ asked: 2 });
  await clock.advance(ASK_EVERY_MS);
  expect(placed).toEqual(['video']);
  expect(wait.value).toEqual({ kind: 'idle' });
  expect(clock.pendingTimers).toBe(0);
});

test('a person who stops waiting is not taken into a call later', async () => {
  const { clock, placed, wait } = scene([true]);
  wait.start('audio');
  await clock.advance(5_000);
  wait.stop();
  await clock.advance(ASK_EVERY_MS);
  expect(placed).toEqual([]);
  expect(wait.value).toEqual({ kind: 'idle' });
  expect(clock.pendingTimers).toBe(0);
});

test('stopping while the oracle is being asked counts', async () => {
  const clock = new FakeClock();
  const answer = Promise.withResolvers<boolean>();
  const placed: string[] = [];
  const wait = new OracleWait({ isReady: () => answer.promise, place: (type) => placed.push(type), clock });
  wait.start('audio');
  await clock.advance(ASK_EVERY_MS);
  expect(wait.value).toMatchObject({ secondsLeft: 0 });
  wait.stop();
  answer.resolve(true);
  await clock.settle();
  expect(placed).toEqual([]);
});

test('waiting ends by itself', async () => {
  const { clock, placed, wait } = scene([]);
  wait.start('audio');
  await clock.advance(ASK_EVERY_MS * ASKS_MAX);
  expect(wait.value).toEqual({ kind: 'given-up', type: 'audio' });
  expect(placed).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test('starting anew starts from the beginning', async () => {
  const { clock, placed, wait } = scene([true]);
  wait.start('audio');
  await clock.advance(4_000);
  wait.start('video');
  expect(wait.value).toMatchObject({ type: 'video', secondsLeft: 10 });
  await clock.advance(ASK_EVERY_MS);
  expect(placed).toEqual(['video']);
});

import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { abortable, timeLimit } from './time-limit.ts';

const late = new Error('too late');
const onTimeout = (): Error => late;

test('a time limit fires with its own error once the time is up', async () => {
  const clock = new FakeClock();
  using limit = timeLimit({ clock, limitMs: 100, onTimeout });
  await clock.advance(99);
  expect(limit.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(limit.signal.reason).toBe(late);
});

test('a time limit passes on the reason of its parent, also one that fired before', () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  using before = timeLimit({ clock, limitMs: 100, onTimeout, signal: controller.signal });
  controller.abort('why');
  expect(before.signal.reason).toBe('why');
  using after = timeLimit({ clock, limitMs: 100, onTimeout, signal: controller.signal });
  expect(after.signal.reason).toBe('why');
});

test('a disposed time limit leaves no timer and hears its parent no more', () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const limit = timeLimit({ clock, limitMs: 100, onTimeout, signal: controller.signal });
  limit[Symbol.dispose]();
  controller.abort();
  expect(limit.signal.aborted).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});

test('whoever waits with a signal is released by it, and the work may still fail unheard', async () => {
  const controller = new AbortController();
  const work = Promise.withResolvers<string>();
  const waiting = abortable(work.promise, controller.signal);
  controller.abort(late);
  await expect(waiting).rejects.toBe(late);
  work.reject(new Error('nobody listens'));
});

test('work that is done before the signal wins', async () => {
  await expect(abortable(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1);
  await expect(abortable(Promise.resolve(2), undefined)).resolves.toBe(2);
  await expect(abortable(Promise.resolve(3), AbortSignal.abort(late))).rejects.toBe(late);
});

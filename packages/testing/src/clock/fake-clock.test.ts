import { expect, test } from 'vitest';
import { FakeClock } from './fake-clock.ts';

test('timers fire in the order of their instants, ties in the order of arming', async () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.after(20, () => fired.push('b'));
  clock.after(10, () => fired.push('a'));
  clock.after(20, () => fired.push('c'));
  await clock.advance(15);
  expect(fired).toEqual(['a']);
  await clock.advance(5);
  expect(fired).toEqual(['a', 'b', 'c']);
  expect(clock.pendingTimers).toBe(0);
});

test('a disposed timer never fires, and a sleep ends with the reason of its abort', async () => {
  const clock = new FakeClock();
  clock.after(1, () => expect.unreachable())[Symbol.dispose]();
  const controller = new AbortController();
  const sleep = clock.sleep(1_000, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await clock.advance(2_000);
  expect(clock.pendingTimers).toBe(0);
});

test('a timer armed by a timer fires in the same advance when it is due', async () => {
  const clock = new FakeClock();
  const at: number[] = [];
  const start = clock.now();
  const tick = (): void => {
    at.push(clock.now() - start);
    if (at.length < 3) clock.after(10, tick);
  };
  clock.after(10, tick);
  await clock.advance(100);
  expect(at).toEqual([10, 20, 30]);
});

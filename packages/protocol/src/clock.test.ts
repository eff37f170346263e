import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sleepOn, systemClock, waitAtMost } from './clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('now is the time since the epoch in milliseconds', () => {
  expect(systemClock.now()).toBe(1_000);
});

test('after calls back once, when the time has come', () => {
  const callback = vi.fn();
  systemClock.after(50, callback);
  vi.advanceTimersByTime(49);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('a disposed timer never calls back', () => {
  const callback = vi.fn();
  systemClock.after(50, callback)[Symbol.dispose]();
  vi.advanceTimersByTime(100);
  expect(callback).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test('sleep resolves after its time', async () => {
  const woken = vi.fn();
  const sleeping = systemClock.sleep(50).then(woken);
  await vi.advanceTimersByTimeAsync(49);
  expect(woken).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await sleeping;
  expect(woken).toHaveBeenCalledTimes(1);
});

test('an abort ends a sleep with its reason and leaves no timer', async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(50, { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

test('a sleep that is aborted before it begins starts no timer', async () => {
  const reason = new Error('too late');
  await expect(systemClock.sleep(50, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

test('a sleep that ended listens to its signal no more', async () => {
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, 'removeEventListener');
  const sleeping = sleepOn(systemClock, 50, signal);
  await vi.advanceTimersByTimeAsync(50);
  await sleeping;
  expect(removed).toHaveBeenCalledTimes(1);
});

test('a bounded wait gives what came in time, and leaves no timer', async () => {
  const event = Promise.withResolvers<string>();
  const waiting = waitAtMost(systemClock, event.promise, 50);
  event.resolve('come');
  expect(await waiting).toBe('come');
  expect(vi.getTimerCount()).toBe(0);
});

test('a bounded wait is over when its time is up, whatever comes later', async () => {
  const event = Promise.withResolvers<string>();
  const waiting = waitAtMost(systemClock, event.promise, 50);
  await vi.advanceTimersByTimeAsync(50);
  expect(await waiting).toBeUndefined();
  event.reject(new Error('late'));
});

test('a bounded wait rejects with what its event rejects with, or its signal', async () => {
  await expect(waitAtMost(systemClock, Promise.reject(new Error('broken')), 50)).rejects.toThrow('broken');
  const abort = new AbortController();
  const waiting = waitAtMost(systemClock, new Promise(() => undefined), 50, abort.signal);
  abort.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  expect(vi.getTimerCount()).toBe(0);
});

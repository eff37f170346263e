import { expect, test } from 'vitest';
import { ScreenWake } from './screen-wake.ts';

function screen({ refuses = false } = {}) {
  const visible = { visibilityState: 'visible' as const };
  const page: EventTarget & { visibilityState: DocumentVisibilityState } = Object.assign(new EventTarget(), visible);
  let held = 0;
  let asked = 0;
  const release = async () => void (held -= 1);
  const request = async (): Promise<never> => {
    asked += 1;
    if (refuses) throw new DOMException('low battery', 'NotAllowedError');
    held += 1;
    return { release } as never;
  };
  const show = (visibilityState: DocumentVisibilityState): void => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  return { page, request, show, held: () => held, asked: () => asked };
}

const settled = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

test('the screen stays on for a call, and may sleep after it', async () => {
  const { page, request, held } = screen();
  const wake = new ScreenWake({ wakeLock: { request }, page });
  await settled();
  expect(held()).toBe(1);
  wake[Symbol.dispose]();
  await settled();
  expect(held()).toBe(0);
});

test('the lock that a browser took back with a hidden page is asked for again', async () => {
  const { page, request, show, asked } = screen();
  using _wake = new ScreenWake({ wakeLock: { request }, page });
  show('hidden');
  expect(asked()).toBe(1);
  show('visible');
  expect(asked()).toBe(2);
});

test('a lock that comes after the call is let go', async () => {
  const { page, request, held } = screen();
  new ScreenWake({ wakeLock: { request }, page })[Symbol.dispose]();
  await settled();
  expect(held()).toBe(0);
});

test('a browser that refuses, or has none, harms nothing', async () => {
  const { page, request, asked } = screen({ refuses: true });
  using _refused = new ScreenWake({ wakeLock: { request }, page });
  using _without = new ScreenWake({ wakeLock: undefined, page });
  await settled();
  expect(asked()).toBe(1);
});

import { FakeClock } from '@oracle-calls/testing/clock';
import { afterEach, expect, test } from 'vitest';
import { TabLock, type TabLockOptions } from './tab-lock.ts';

afterEach(() => {
  for (const lock of open.splice(0)) lock[Symbol.dispose]();
});
const open: TabLock[] = [];

/** One tab; it lets go when asked, unless told otherwise. Locks and channels are the platform's own. */
function tab(options: Partial<TabLockOptions> = {}) {
  const asked: boolean[] = [];
  const lock = new TabLock({
    onAsked: ({ endsCall }) => {
      asked.push(endsCall);
      return Promise.resolve('let-go');
    },
    onSignedOut: () => undefined,
    ...options,
  });
  open.push(lock);
  return { lock, asked };
}

test('one tab is the one, until it lets go', async () => {
  const [one, other] = [tab().lock, tab().lock];
  await expect(one.tryHold()).resolves.toBe(true);
  await expect(one.tryHold()).resolves.toBe(true);
  await expect(other.tryHold()).resolves.toBe(false);
  one.release();
  await expect(other.takeOver({ endsCall: false })).resolves.toBe('held');
  await expect(one.tryHold()).resolves.toBe(false);
});

test('a tab that is asked closes its account first, and then the other is the one', async () => {
  const steps: string[] = [];
  const one = tab({
    onAsked: async () => {
      await Promise.resolve();
      steps.push('closed');
      return 'let-go';
    },
  }).lock;
  const other = tab().lock;
  await one.tryHold();
  await other.takeOver({ endsCall: false }).then((outcome) => steps.push(outcome));
  expect(steps).toEqual(['closed', 'held']);
  expect([one.isHeld, other.isHeld]).toEqual([false, true]);
});

test('a tab in a call keeps the account until somebody says that the call may end', async () => {
  const asked: boolean[] = [];
  const one = tab({
    onAsked: ({ endsCall }) => {
      asked.push(endsCall);
      return Promise.resolve(endsCall ? 'let-go' : 'in-call');
    },
  }).lock;
  const [other, third] = [tab().lock, tab().lock];
  await one.tryHold();
  await expect(other.takeOver({ endsCall: false })).resolves.toBe('in-call');
  expect([one.isHeld, other.isHeld]).toEqual([true, false]);
  await expect(other.takeOver({ endsCall: true })).resolves.toBe('held');
  expect(asked).toEqual([false, true]);
  // Whoever gave up does not get it later.
  other.release();
  await expect(third.takeOver({ endsCall: false })).resolves.toBe('held');
  expect(other.isHeld).toBe(false);
});

test('a tab that does not answer is not robbed: the other stops waiting', async () => {
  const clock = new FakeClock();
  const one = tab({ onAsked: () => new Promise(() => undefined) }).lock;
  const other = tab({ clock }).lock;
  await one.tryHold();
  const outcome = other.takeOver({ endsCall: false });
  while (clock.pendingTimers === 0) await new Promise(setImmediate);
  await clock.advance(10_000);
  await expect(outcome).resolves.toBe('no-answer');
  expect([one.isHeld, other.isHeld]).toEqual([true, false]);
});

test('every other tab hears that the account has left', async () => {
  const one = tab().lock;
  const heard = new Promise<void>((resolve) => tab({ onSignedOut: resolve }));
  one.tellSignedOut();
  await heard;
});

test('what is no message of ours moves nothing', async () => {
  const { lock, asked } = tab();
  await lock.tryHold();
  const stranger = new BroadcastChannel('oracle-calls.account');
  for (const data of [null, 'ask', { kind: 'ask' }, { kind: 'in-call', to: 1 }]) stranger.postMessage(data);
  stranger.postMessage({ kind: 'ask', from: 'x', endsCall: true });
  while (lock.isHeld) await new Promise(setImmediate);
  stranger.close();
  expect(asked).toEqual([true]);
});

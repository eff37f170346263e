import { expect, test } from 'vitest';
import { turnOver } from './turn-over.ts';

test('a turn that was answered early is waited for, and not when the user goes on', async () => {
  await turnOver({});
  const settled = Promise.withResolvers<void>();
  let isOver = false;
  const waiting = turnOver({ settled: settled.promise }).then(() => (isOver = true));
  await Promise.resolve();
  expect(isOver).toBe(false);
  settled.resolve();
  await waiting;
  const abort = new AbortController();
  const reason = new Error('the user goes on');
  const dropped = turnOver({ settled: new Promise(() => undefined), signal: abort.signal });
  abort.abort(reason);
  await expect(dropped).rejects.toBe(reason);
});

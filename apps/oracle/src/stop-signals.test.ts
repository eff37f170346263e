import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { followStopSignals } from './stop-signals.ts';

test('the first signal drains, the second stops, whichever they are, and then nothing listens', () => {
  const source = new EventEmitter();
  const told: string[] = [];
  const signals = followStopSignals(source, (signal, what) => told.push(`${signal} ${what}`));
  expect([signals.drain.aborted, signals.stop.aborted]).toEqual([false, false]);
  source.emit('SIGTERM', 'SIGTERM');
  expect([signals.drain.aborted, signals.stop.aborted]).toEqual([true, false]);
  source.emit('SIGINT', 'SIGINT');
  expect([signals.drain.aborted, signals.stop.aborted]).toEqual([true, true]);
  expect(told).toEqual(['SIGTERM drain', 'SIGINT stop']);
  signals[Symbol.dispose]();
  expect(source.listenerCount('SIGTERM') + source.listenerCount('SIGINT')).toBe(0);
});

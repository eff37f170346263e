import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { onStopSignal } from './stop-signal.ts';
import type { StopSignal } from './stop-signal.ts';

interface SetUp {
  readonly stop: StopSignal;
  readonly exits: readonly number[];
  readonly told: () => number;
  readonly signal: (name: string, atMs: number) => void;
}

function setUp(): SetUp {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  let now = 0;
  let told = 0;
  const source = { on: emitter.on.bind(emitter), exit: (code: number) => exits.push(code) };
  const stop = onStopSignal(source, () => told++, { now: () => now });
  return {
    stop,
    exits,
    told: () => told,
    signal: (name: string, at: number): void => {
      now = at;
      emitter.emit(name);
    },
  };
}

it('asks to stop at the first signal and keeps its exit code', async () => {
  const { stop, signal, told, exits } = setUp();
  expect(stop.exitCode).toBe(0);
  signal('SIGTERM', 10);
  await stop.requested;
  expect({ aborted: stop.signal.aborted, code: stop.exitCode, told: told(), exits }).toEqual({
    aborted: true,
    code: 143,
    told: 1,
    exits: [],
  });
});

it('takes echoes of the same Ctrl-C, from the terminal and from npm, for one', () => {
  const { signal, told, exits } = setUp();
  signal('SIGINT', 0);
  signal('SIGINT', 3);
  signal('SIGINT', 900);
  expect({ told: told(), exits }).toEqual({ told: 1, exits: [] });
});

it('exits at once when asked again later', () => {
  const { signal, exits } = setUp();
  signal('SIGINT', 0);
  signal('SIGINT', 2000);
  expect(exits).toEqual([130]);
});

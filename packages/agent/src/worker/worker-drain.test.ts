import { silentLogger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { beforeEach, expect, test } from 'vitest';
import { WorkerDrain, type DrainOutcome } from './worker-drain.ts';

let clock: FakeClock;
let jobs: string[];
let drains: number;
let worker: WorkerDrain;
let giveUp: AbortController;
beforeEach(() => {
  clock = new FakeClock();
  jobs = [];
  drains = 0;
  giveUp = new AbortController();
  const server = {
    get activeJobs() {
      return jobs;
    },
    drain: () => {
      drains += 1;
      // As the framework does when a process is about to be started.
      return Promise.reject(new Error('runner not started'));
    },
  };
  worker = new WorkerDrain({ server: () => server, clock, log: silentLogger });
});

const run = (maxMs = 10_000): { readonly outcome: () => DrainOutcome | undefined } => {
  let outcome: DrainOutcome | undefined;
  void worker.run({ maxMs, signal: giveUp.signal }).then((value) => (outcome = value));
  return { outcome: () => outcome };
};

test('a worker without calls is drained at once, and the SFU is told', async () => {
  const draining = run();
  await clock.settle();
  expect(draining.outcome()).toBe('empty');
  expect(drains).toBe(1);
  expect(worker.state).toBe('draining');
});

test('it waits for its calls, whatever the framework’s own drain says, and tells the SFU once', async () => {
  jobs.push('a call');
  const draining = run();
  await clock.advance(5_000);
  expect(draining.outcome()).toBeUndefined();
  jobs.pop();
  await clock.advance(250);
  expect(draining.outcome()).toBe('empty');
  expect(drains).toBe(1);
});

test('a call that was accepted before is given to its process first', async () => {
  const accepting = Promise.withResolvers<void>();
  const promised = worker.promise(accepting.promise);
  const draining = run();
  await clock.advance(1_000);
  // The framework would end the process that this call is to get.
  expect(drains).toBe(0);
  expect(draining.outcome()).toBeUndefined();
  jobs.push('the call');
  accepting.resolve();
  await promised;
  await clock.advance(250);
  expect(drains).toBe(1);
  expect(draining.outcome()).toBeUndefined();
  jobs.pop();
  await clock.advance(250);
  expect(draining.outcome()).toBe('empty');
});

test('a call that could not be given to a process is not waited for', async () => {
  const accepting = Promise.withResolvers<void>();
  const promised = worker.promise(accepting.promise);
  accepting.reject(new Error('no process'));
  await expect(promised).rejects.toThrow('no process');
  const draining = run();
  await clock.settle();
  expect(draining.outcome()).toBe('empty');
});

test('time over, or told again: it waits no longer and says so', async () => {
  jobs.push('a call');
  const first = run(1_000);
  await clock.advance(1_000);
  expect(first.outcome()).toBe('time-over');
  const second = run();
  await clock.settle();
  giveUp.abort(new Error('at once'));
  await clock.settle();
  expect(second.outcome()).toBe('given-up');
});

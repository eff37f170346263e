import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { WorkQueue } from './work-queue.ts';

/** Work that ends when the test says so. */
function held(log: string[], name: string): { work: () => Promise<string>; end: () => void } {
  const gate = Promise.withResolvers<void>();
  return {
    work: async () => {
      log.push(name);
      await gate.promise;
      return name;
    },
    end: gate.resolve,
  };
}
const clock = new FakeClock();

describe('the queue of an engine', () => {
  it('serves first who came first, one at a time', async () => {
    const log: string[] = [];
    const queue = new WorkQueue();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => held(log, name));
    const all = [a, b, c].map((one) => queue.run(one?.work ?? (() => Promise.resolve(''))));
    await clock.settle();
    expect(log).toEqual(['a']);
    a?.end();
    await clock.settle();
    expect(log).toEqual(['a', 'b']);
    b?.end();
    c?.end();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
  });

  it('lets so many run at a time as it has places', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(2);
    const [a, b, c] = [held(log, 'a'), held(log, 'b'), held(log, 'c')];
    const all = [a, b, c].map((one) => queue.run(one.work));
    await clock.settle();
    expect([log, queue.waiting]).toEqual([['a', 'b'], 1]);
    for (const one of [a, b, c]) one.end();
    await Promise.all(all);
    expect(queue.waiting).toBe(0);
  });

  it('drops at once who gives up while waiting', async () => {
    const log: string[] = [];
    const queue = new WorkQueue();
    const [a, b, c] = [held(log, 'a'), held(log, 'b'), held(log, 'c')];
    const abort = new AbortController();
    const first = queue.run(a.work);
    const second = queue.run(b.work, abort.signal);
    const third = queue.run(c.work);
    const reason = new Error('hung up');
    abort.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(queue.waiting).toBe(1);
    for (const one of [a, c]) one.end();
    await Promise.all([first, third]);
    expect(log).toEqual(['a', 'c']);
  });

  it('goes on after work that failed', async () => {
    const queue = new WorkQueue();
    await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run(() => Promise.resolve(1))).toBe(1);
  });
});

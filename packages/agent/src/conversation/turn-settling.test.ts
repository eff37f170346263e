import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it, vi } from 'vitest';
import { TurnSettling } from './turn-settling.ts';

function scene() {
  const clock = new FakeClock();
  return { clock, settling: new TurnSettling(clock) };
}

const isSettled = async (settled: Promise<void> | undefined, clock: FakeClock): Promise<boolean> => {
  const told = vi.fn();
  void settled?.then(told);
  await clock.advance(0);
  await clock.settle();
  return settled === undefined || told.mock.calls.length > 0;
};

describe('an answer that is begun early', () => {
  it('is settled when the turn ends with the words that it answers, marks and case aside', async () => {
    const { clock, settling } = scene();
    const settled = settling.settledFor('order a taxi');
    expect(await isSettled(settled, clock)).toBe(false);
    // A cough.
    settling.begin();
    settling.complete('Order a taxi.');
    expect(await isSettled(settled, clock)).toBe(true);
  });

  it('is never settled when the turn ends with other words', async () => {
    const { clock, settling } = scene();
    const settled = settling.settledFor('order a taxi');
    settling.complete('Order a taxi tomorrow.');
    expect(await isSettled(settled, clock)).toBe(false);
  });

  it('is not settled when it is dropped right after the turn was told, and asked for anew', async () => {
    const { clock, settling } = scene();
    const abort = new AbortController();
    const dropped = settling.settledFor('order a taxi', abort.signal);
    const kept = settling.settledFor('order a taxi');
    settling.complete('Order a taxi.');
    abort.abort(new Error('the framework asks anew'));
    expect(await isSettled(dropped, clock)).toBe(false);
    // The twin.
    expect(await isSettled(kept, clock)).toBe(true);
  });

  it('is not settled by the same words of the turn before', async () => {
    const { clock, settling } = scene();
    settling.complete('yes');
    settling.begin();
    expect(await isSettled(settling.settledFor('yes'), clock)).toBe(false);
  });

  it('that is asked for after the turn, or for no turn at all, has nothing to wait for', () => {
    const { settling } = scene();
    settling.complete('Yes.');
    expect([settling.settledFor('yes'), settling.settledFor(undefined)]).toEqual([undefined, undefined]);
  });
});

import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it, vi } from 'vitest';
import { TurnSettling } from './turn-settling.ts';

const isSettled = async (settled: Promise<void> | undefined): Promise<boolean> => {
  const told = vi.fn();
  void settled?.then(told);
  await new FakeClock().settle();
  return settled === undefined || told.mock.calls.length > 0;
};

describe('an answer that is begun early', () => {
  it('is settled when the turn ends with the words that it answers, marks and case aside', async () => {
    const settling = new TurnSettling();
    const settled = settling.settledFor('order a taxi');
    expect(await isSettled(settled)).toBe(false);
    // A cough.
    settling.begin();
    settling.complete('Order a taxi.');
    expect(await isSettled(settled)).toBe(true);
  });

  it('is never settled when the turn ends with other words', async () => {
    const settling = new TurnSettling();
    const settled = settling.settledFor('order a taxi');
    settling.complete('Order a taxi tomorrow.');
    expect(await isSettled(settled)).toBe(false);
  });

  it('is not settled by the same words of the turn before', async () => {
    const settling = new TurnSettling();
    settling.complete('yes');
    settling.begin();
    expect(await isSettled(settling.settledFor('yes'))).toBe(false);
  });

  it('that is asked for after the turn, or for no turn at all, has nothing to wait for', () => {
    const settling = new TurnSettling();
    settling.complete('Yes.');
    expect([settling.settledFor('yes'), settling.settledFor(undefined)]).toEqual([undefined, undefined]);
  });
});

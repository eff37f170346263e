import { OracleCallError } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it, vi } from 'vitest';
import { retryingOnce, retryingStream } from './retry-stream.ts';

const busy = (retryAfterMs?: number): OracleCallError =>
  new OracleCallError(
    'ERR_UPSTREAM_LIMITED',
    undefined,
    retryAfterMs === undefined ? {} : { details: { retryAfterMs } },
  );

/** A clock that writes down how long anybody sleeps, and does not. */
function sleepless() {
  const slept: number[] = [];
  const sleep = (delayMs: number): Promise<void> => {
    slept.push(delayMs);
    return Promise.resolve();
  };
  return { slept, clock: Object.assign(new FakeClock(), { sleep }) };
}

describe('asking again', () => {
  it('waits longer each time, and three times is enough', async () => {
    const { clock, slept } = sleepless();
    const attempt = vi.fn(() => Promise.reject(busy()));
    await expect(retryingOnce(attempt, { clock, random: () => 1 })).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_LIMITED',
    });
    expect([attempt.mock.calls.length, slept]).toEqual([3, [500, 1_000]]);
  });

  it('waits as long as it was told to, and not at all for what nobody waits for', async () => {
    const { clock, slept } = sleepless();
    const attempt = vi.fn().mockRejectedValueOnce(busy(3_000)).mockResolvedValueOnce('yes');
    expect(await retryingOnce(attempt, { clock })).toBe('yes');
    expect(slept).toEqual([3_000]);
    await expect(retryingOnce(() => Promise.reject(busy(60_000)), { clock })).rejects.toMatchObject({
      details: { retryAfterMs: 60_000 },
    });
    expect(slept).toHaveLength(1);
  });

  it.each([new OracleCallError('ERR_UPSTREAM_REFUSED'), new RangeError('a bug')])(
    'is not done over %s',
    async (cause) => {
      const attempt = vi.fn(() => Promise.reject(cause));
      await expect(retryingOnce(attempt, { clock: new FakeClock() })).rejects.toBe(cause);
      expect(attempt).toHaveBeenCalledTimes(1);
    },
  );

  it('ends with the wish for an answer', async () => {
    const abort = new AbortController();
    const reason = new Error('hung up');
    const clock = new FakeClock();
    const asked = retryingOnce(() => Promise.reject(busy()), { clock, signal: abort.signal });
    const refused = expect(asked).rejects.toBe(reason);
    await clock.settle();
    abort.abort(reason);
    await refused;
    expect(clock.pendingTimers).toBe(0);
  });

  it('never happens after the first piece', async () => {
    const attempt = vi.fn(async function* () {
      await Promise.resolve();
      yield 'It is ';
      throw busy();
    });
    const pieces: string[] = [];
    const read = (async () => {
      for await (const piece of retryingStream(attempt, { clock: new FakeClock() })) pieces.push(piece);
    })();
    await expect(read).rejects.toMatchObject({ code: 'ERR_UPSTREAM_LIMITED' });
    expect([pieces, attempt.mock.calls.length]).toEqual([['It is '], 1]);
  });
});

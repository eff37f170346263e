import { OracleCallError } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it, vi } from 'vitest';
import { retrying } from './retry.ts';

const LIMITS = { withinMs: 1_000, firstPauseMs: 100, maxPauseMs: 400 };
const late = (): OracleCallError => new OracleCallError('ERR_MATRIX_EVENT_NOT_FOUND');
const never = new AbortController().signal;
/** Pauses without jitter. */
const whole = (): number => 1;

describe('a retried request', () => {
  it('is repeated with growing pauses while its error says that it may help', async () => {
    const clock = new FakeClock();
    const startedAt = clock.now();
    const at: number[] = [];
    const result = retrying(
      () => {
        at.push(clock.now() - startedAt);
        return at.length < 4 ? Promise.reject(late()) : Promise.resolve('found');
      },
      LIMITS,
      clock,
      never,
      whole,
    );
    await clock.advance(2_000);
    expect(await result).toBe('found');
    expect(at).toEqual([0, 100, 300, 700]);
  });

  it('ends with the last error when its time is over', async () => {
    const clock = new FakeClock();
    const attempt = vi.fn(() => Promise.reject(late()));
    const refused = expect(retrying(attempt, LIMITS, clock, never, whole)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_MATRIX_EVENT_NOT_FOUND' }),
    );
    await clock.advance(5_000);
    await refused;
    expect(attempt).toHaveBeenCalledTimes(4);
  });

  it.each([new OracleCallError('ERR_CALL_TICKET'), new TypeError('a bug')])(
    'is not repeated after %s',
    async (cause) => {
      const attempt = vi.fn(() => Promise.reject(cause));
      await expect(retrying(attempt, LIMITS, new FakeClock(), never)).rejects.toBe(cause);
      expect(attempt).toHaveBeenCalledTimes(1);
    },
  );

  it('stops at once when aborted, with the reason as it is', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const reason = new Error('hung up');
    const refused = expect(retrying(() => Promise.reject(late()), LIMITS, clock, abort.signal)).rejects.toBe(reason);
    await clock.settle();
    abort.abort(reason);
    await refused;
    expect(clock.pendingTimers).toBe(0);
  });
});

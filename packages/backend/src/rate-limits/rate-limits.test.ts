import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RateLimits } from './rate-limits.ts';

// The limiter keeps its own time.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limited = (retryAfterMs: number): unknown =>
  expect.objectContaining({ code: 'ERR_RATE_LIMITED', details: { retryAfterMs } });

test('what is above the limit is refused until the window is over, for that one only', async () => {
  const limits = new RateLimits({ user: { count: 2, seconds: 10 } });
  await limits.take('user', '@alice:a');
  await vi.advanceTimersByTimeAsync(4_000);
  await limits.take('user', '@alice:a');
  await expect(limits.take('user', '@alice:a')).rejects.toEqual(limited(6_000));
  await limits.take('user', '@bob:a');
  await limits.take('agentKey', '@alice:a');
  await vi.advanceTimersByTimeAsync(6_001);
  await limits.take('user', '@alice:a');
});

test('what is only noted refuses nobody until all is used up', async () => {
  const limits = new RateLimits({ failedAuthentication: { count: 2, seconds: 10 } });
  for (let turn = 0; turn < 2; turn += 1) {
    await limits.refuseExhausted('failedAuthentication', 'a');
    await limits.note('failedAuthentication', 'a');
  }
  await expect(limits.refuseExhausted('failedAuthentication', 'a')).rejects.toEqual(limited(10_000));
  await limits.refuseExhausted('failedAuthentication', 'b');
  await vi.advanceTimersByTimeAsync(10_001);
  await limits.refuseExhausted('failedAuthentication', 'a');
});

import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { connectionError, FakeMatrixError } from './js-sdk/fake-sdk-client.fixture.ts';
import { backoffMs, HOMESERVER_RETRY_POLICY, retryHomeserver } from './retry.ts';

const POLICY = { attempts: 4, baseDelayMs: 100, maxDelayMs: 250, maxRetryAfterMs: 5_000 };
const random = (): number => 1;

/** Fails with each of `failures` in turn, then answers; notes when it was asked. */
function scripted(clock: FakeClock, failures: readonly Error[]) {
  const startedAt = clock.now();
  const askedAt: number[] = [];
  const attempt = (): Promise<string> => {
    const failure = failures[askedAt.length];
    askedAt.push(clock.now() - startedAt);
    return failure === undefined ? Promise.resolve('answer') : Promise.reject(failure);
  };
  return { attempt, askedAt };
}

test('a passing failure is retried with doubling, bounded pauses', async () => {
  const clock = new FakeClock();
  const { attempt, askedAt } = scripted(clock, [
    connectionError(),
    new FakeMatrixError(502, 'M_UNKNOWN'),
    connectionError(),
  ]);
  const answer = retryHomeserver(attempt, { clock, random, policy: POLICY });
  await clock.advance(10_000);
  await expect(answer).resolves.toBe('answer');
  expect(askedAt).toEqual([0, 100, 300, 550]);
  expect(clock.pendingTimers).toBe(0);
});

test('jitter makes a pause at least half and at most the whole of its bound', () => {
  expect(backoffMs(1, () => 0, POLICY)).toBe(50);
  expect(backoffMs(1, () => 1, POLICY)).toBe(100);
  expect(backoffMs(9, () => 0.5, POLICY)).toBe(188);
  expect(HOMESERVER_RETRY_POLICY.attempts).toBeGreaterThan(3);
});

test('a server that asks for a pause gets at least that pause', async () => {
  const clock = new FakeClock();
  const { attempt, askedAt } = scripted(clock, [new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', 4_000)]);
  const answer = retryHomeserver(attempt, { clock, random, policy: POLICY });
  await clock.advance(10_000);
  await expect(answer).resolves.toBe('answer');
  expect(askedAt).toEqual([0, 4_000]);
});

test('a server that asks for too long a pause ends the attempts', async () => {
  const clock = new FakeClock();
  const refusal = new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', 5_001);
  const { attempt, askedAt } = scripted(clock, [refusal]);
  await expect(retryHomeserver(attempt, { clock, random, policy: POLICY })).rejects.toBe(refusal);
  expect(askedAt).toHaveLength(1);
});

test('the last of the allowed attempts decides', async () => {
  const clock = new FakeClock();
  const last = new FakeMatrixError(503, 'LAST');
  const { attempt, askedAt } = scripted(clock, [connectionError(), connectionError(), connectionError(), last]);
  const answer = retryHomeserver(attempt, { clock, random, policy: POLICY });
  const refused = expect(answer).rejects.toBe(last);
  await clock.advance(10_000);
  await refused;
  expect(askedAt).toHaveLength(4);
});

test.each([
  ['a refusal', new FakeMatrixError(403, 'M_FORBIDDEN')],
  ['too large an event', new FakeMatrixError(413, 'M_TOO_LARGE')],
  ['a bug', new TypeError('undefined is not a function')],
])('%s is not retried', async (_name, failure) => {
  const clock = new FakeClock();
  const { attempt, askedAt } = scripted(clock, [failure]);
  await expect(retryHomeserver(attempt, { clock, random, policy: POLICY })).rejects.toBe(failure);
  expect(askedAt).toHaveLength(1);
});

test('an abort ends the pause at once, with its own reason', async () => {
  const clock = new FakeClock();
  const { attempt, askedAt } = scripted(clock, [connectionError(), connectionError()]);
  const controller = new AbortController();
  const answer = retryHomeserver(attempt, { clock, random, policy: POLICY, signal: controller.signal });
  await clock.advance(50);
  const reason = new Error('hung up');
  controller.abort(reason);
  await expect(answer).rejects.toBe(reason);
  expect(askedAt).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});

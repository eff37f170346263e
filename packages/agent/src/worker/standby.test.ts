import { OracleCallError, parseSfuRoomName, silentLogger } from '@oracle-calls/protocol';
import type { ClaimRequest } from '@oracle-calls/protocol/http';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { Standby } from './standby.ts';

const call: ClaimRequest = { roomId: parseSfuRoomName('lk-0123'), ticket: 't'.repeat(43) };

/** A backend that answers when the test says so. */
function scene({ isTaken = true } = {}) {
  const clock = new FakeClock();
  const asked: { readonly load: number; readonly answer: PromiseWithResolvers<ClaimRequest | undefined> }[] = [];
  const taken: ClaimRequest[] = [];
  const warned: string[] = [];
  const state = { load: 0.25 };
  const standby = new Standby({
    backend: {
      standby(load, { signal } = {}) {
        const answer = Promise.withResolvers<ClaimRequest | undefined>();
        signal?.addEventListener('abort', () => answer.reject(signal.reason as Error));
        asked.push({ load, answer });
        return answer.promise;
      },
    },
    load: () => state.load,
    take: async (one) => {
      taken.push(one);
      return isTaken;
    },
    clock,
    log: { ...silentLogger, warn: (message) => void warned.push(message) },
  });
  return { standby, clock, asked, taken, warned, state };
}

test('one call after the other is taken, and the backend is told how busy we are', async () => {
  const { standby, clock, asked, taken, state } = scene();
  expect(asked.map(({ load }) => load)).toEqual([0.25]);
  state.load = 0.5;
  asked[0]?.answer.resolve(call);
  await clock.settle();
  expect(taken).toEqual([call]);
  expect(asked.map(({ load }) => load)).toEqual([0.25, 0.5]);
  asked[1]?.answer.resolve(undefined);
  await clock.settle();
  expect(taken).toHaveLength(1);
  expect(asked).toHaveLength(3);
  await standby.close();
  expect(clock.pendingTimers).toBe(0);
});

test('a full worker waits for no call until it has room', async () => {
  const { standby, clock, asked, state } = scene();
  state.load = 1;
  asked[0]?.answer.resolve(undefined);
  await clock.settle();
  await clock.advance(5_000);
  expect(asked).toHaveLength(1);
  state.load = 0.75;
  await clock.advance(500);
  expect(asked).toHaveLength(2);
  await standby.close();
});

test('a backend that fails is asked again, ever later, and said so once', async () => {
  const { standby, clock, asked, warned } = scene();
  const fail = async (pauseMs: number): Promise<void> => {
    const before = asked.length;
    asked.at(-1)?.answer.reject(new OracleCallError('ERR_UPSTREAM_BACKEND'));
    await clock.settle();
    await clock.advance(pauseMs - 1);
    expect(asked).toHaveLength(before);
    await clock.advance(1);
    expect(asked).toHaveLength(before + 1);
  };
  await fail(500);
  await fail(1_000);
  await fail(2_000);
  expect(warned).toEqual(['cannot wait at the backend; the SFU dispatches']);
  asked.at(-1)?.answer.resolve(undefined);
  await clock.settle();
  await fail(500);
  expect(warned).toHaveLength(2);
  await standby.close();
});

test('a call that the SFU gives no job for is left to the backend', async () => {
  const { standby, clock, asked, warned } = scene({ isTaken: false });
  asked[0]?.answer.resolve(call);
  await clock.settle();
  expect(warned).toEqual(['the SFU gave no job for a call']);
  expect(asked).toHaveLength(2);
  await standby.close();
});

test('closed, it asks no more, whatever it was waiting for', async () => {
  const { standby, clock, asked } = scene();
  await standby.close();
  await standby[Symbol.asyncDispose]();
  expect(asked).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});

import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { SilenceWatch } from './silence-watch.ts';

function scene() {
  const clock = new FakeClock();
  const state = { asked: 0, isMuted: false };
  const watch = new SilenceWatch({
    afterMs: 20_000,
    isUserMuted: () => state.isMuted,
    ask: () => void (state.asked += 1),
    clock,
  });
  /** The oracle says something. */
  const speak = (): void => {
    watch.activity('thinking');
    watch.activity('speaking');
    watch.activity('listening');
  };
  return { clock, state, watch, speak };
}

test('the oracle asks after a long silence, twice, and then leaves the user alone', async () => {
  const { clock, state, speak } = scene();
  await clock.advance(19_999);
  expect(state.asked).toBe(0);
  await clock.advance(1);
  expect(state.asked).toBe(1);
  speak();
  await clock.advance(20_000);
  expect(state.asked).toBe(2);
  speak();
  await clock.advance(200_000);
  expect([state.asked, clock.pendingTimers]).toEqual([2, 0]);
});

test('a word of the user’s begins the count anew; a cough only the time', async () => {
  const { clock, state, watch } = scene();
  await clock.advance(40_000);
  watch.userBegins();
  watch.userEnds({ hasSpoken: false });
  await clock.advance(60_000);
  expect(state.asked).toBe(2);
  watch.userBegins();
  watch.userEnds({ hasSpoken: true });
  await clock.advance(20_000);
  expect(state.asked).toBe(3);
});

test('nothing is asked while the user or the oracle speaks', async () => {
  const { clock, state, watch } = scene();
  watch.userBegins();
  await clock.advance(60_000);
  watch.userEnds({ hasSpoken: true });
  watch.activity('speaking');
  await clock.advance(60_000);
  expect(state.asked).toBe(0);
});

test('who has muted the microphone is not asked, nor counted', async () => {
  const { clock, state } = scene();
  state.isMuted = true;
  await clock.advance(100_000);
  expect(state.asked).toBe(0);
  state.isMuted = false;
  await clock.advance(40_000);
  expect(state.asked).toBe(2);
});

test('disposed, it is quiet', async () => {
  const { clock, state, watch } = scene();
  watch[Symbol.dispose]();
  // A session says so much while it closes.
  watch.activity('speaking');
  watch.activity('listening');
  await clock.advance(60_000);
  expect([state.asked, clock.pendingTimers]).toEqual([0, 0]);
});

import { FakeClock } from '@oracle-calls/testing';
import { expect, test } from 'vitest';
import { ASLEEP_HIDDEN_MS, ASLEEP_MS, SleepWatch } from './sleep-watch.ts';

/** A page whose timers stand still while it is frozen. */
function watched(visibilityState: DocumentVisibilityState = 'visible') {
  const timers = new FakeClock();
  let frozenMs = 0;
  const clock = {
    now: () => timers.now() + frozenMs,
    after: timers.after.bind(timers),
    sleep: timers.sleep.bind(timers),
  };
  const page = Object.assign(new EventTarget(), { visibilityState });
  const slept: number[] = [];
  const watch = new SleepWatch({ clock, page, woke: (ms) => slept.push(ms) });
  return { page, slept, watch, run: (ms: number) => timers.advance(ms), freeze: (ms: number) => (frozenMs += ms) };
}

test('a page that runs is awake', async () => {
  const { run, slept } = watched();
  await run(60_000);
  expect(slept).toEqual([]);
});

test('time that went on without the page was sleep, and is told once', async () => {
  const { run, freeze, slept } = watched();
  freeze(ASLEEP_MS);
  await run(20_000);
  expect(slept).toEqual([ASLEEP_MS]);
});

test('a machine that is merely late was awake', async () => {
  const { run, freeze, slept } = watched();
  freeze(ASLEEP_MS - 1);
  await run(20_000);
  expect(slept).toEqual([]);
});

test('a hidden page is woken once a minute, and that is no sleep', async () => {
  const { run, freeze, page, slept } = watched('hidden');
  freeze(60_000);
  await run(5_000);
  expect(slept).toEqual([]);
  freeze(5_000 + ASLEEP_HIDDEN_MS);
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  expect(slept).toEqual([ASLEEP_HIDDEN_MS]);
});

test('a browser that says that it froze the page is believed, however short it was', () => {
  const { freeze, page, slept } = watched('hidden');
  page.dispatchEvent(new Event('freeze'));
  freeze(8_000);
  page.dispatchEvent(new Event('resume'));
  expect(slept).toEqual([8_000]);
});

test('after disposal nothing is told', async () => {
  const { run, freeze, page, slept, watch } = watched();
  watch[Symbol.dispose]();
  freeze(100_000);
  await run(20_000);
  page.dispatchEvent(new Event('resume'));
  expect(slept).toEqual([]);
});

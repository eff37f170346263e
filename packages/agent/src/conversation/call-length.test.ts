import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { TURN_DEFAULTS } from '../oracle/turn-settings.ts';
import { watchCallLength } from './call-length.ts';

function scene(lengthMs: number, lengthWarningSeconds: number | 'off' = 60) {
  const clock = new FakeClock();
  const said: string[] = [];
  const startedAt = clock.now();
  const note = (text: string): void => void said.push(`${(clock.now() - startedAt) / 1000} s: ${text}`);
  const rules = { ...TURN_DEFAULTS, lengthWarningSeconds };
  const watch = watchCallLength({ endsAt: startedAt + lengthMs, rules, clock, say: note, sayLast: note });
  return { clock, said, watch };
}

test('a call is warned of its end aloud, and ends with a goodbye', async () => {
  const { clock, said } = scene(600_000);
  await clock.advance(600_000);
  expect(said).toEqual(['540 s: We have about one minute left.', '594 s: Our time is up. Goodbye.']);
});

test.each([
  [120, 'We have about 2 minutes left.'],
  [90, 'We have about 90 seconds left.'],
])('the warning says how long that is, %i seconds', async (seconds, text) => {
  const { clock, said } = scene(600_000, seconds);
  await clock.advance(590_000);
  expect(said).toEqual([`${600 - seconds} s: ${text}`]);
});

test('a short call is not warned of, nor one whose author wants none', async () => {
  for (const { clock, said } of [scene(90_000), scene(600_000, 'off')]) {
    await clock.advance(600_000);
    expect(said.map((line) => line.replace(/.*: /, ''))).toEqual(['Our time is up. Goodbye.']);
  }
});

test('a call that ended before says nothing', async () => {
  const { clock, said, watch } = scene(600_000);
  watch[Symbol.dispose]();
  await clock.advance(600_000);
  expect([said, clock.pendingTimers]).toEqual([[], 0]);
});

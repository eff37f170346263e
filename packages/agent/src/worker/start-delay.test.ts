import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { START_DELAY_MS, StartDelay } from './start-delay.ts';

describe('the start of the next waiting process', () => {
  it('is put off while the call that took the last one is set up', () => {
    expect(new StartDelay(2, new FakeClock()).onAccepted()).toBe(START_DELAY_MS);
  });

  it('is not put off when calls come so fast that none is waiting any more', () => {
    const delay = new StartDelay(2, new FakeClock());
    delay.onAccepted();
    expect(delay.onAccepted()).toBe(0);
  });

  it('is put off again when the calls are far apart', async () => {
    const clock = new FakeClock();
    const delay = new StartDelay(2, clock);
    delay.onAccepted();
    await clock.advance(START_DELAY_MS);
    expect(delay.onAccepted()).toBe(START_DELAY_MS);
  });

  it('is never put off with a single waiting process', () => {
    expect(new StartDelay(1, new FakeClock()).onAccepted()).toBe(0);
  });
});

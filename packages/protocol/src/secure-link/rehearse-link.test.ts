import { expect, test, vi } from 'vitest';
import { systemClock, type Clock } from '../clock.ts';
import { rehearseLink } from './rehearse-link.ts';

/** The real clock, and what of it is still armed. */
function countingClock(): Clock & { armed: number } {
  const clock: Clock & { armed: number } = {
    ...systemClock,
    armed: 0,
    now: () => systemClock.now(),
    after(delayMs, callback) {
      let isArmed = true;
      const disarm = (): void => {
        if (isArmed) clock.armed -= 1;
        isArmed = false;
      };
      clock.armed += 1;
      const timer = systemClock.after(delayMs, () => {
        disarm();
        callback();
      });
      return {
        [Symbol.dispose]() {
          disarm();
          timer[Symbol.dispose]();
        },
      };
    },
  };
  return clock;
}

test.each(['Ed25519', 'ES256K'] as const)(
  'a rehearsal with an oracle that signs by %s leaves nothing behind',
  async (identityAlgorithm) => {
    const clock = countingClock();
    await rehearseLink({ clock, identityAlgorithm });
    expect(clock.armed).toBe(0);
  },
);

test('a rehearsal whose exchange breaks says so, and leaves nothing behind', async () => {
  const clock = countingClock();
  const broken = vi.spyOn(crypto.subtle, 'encrypt').mockRejectedValue(new Error('no memory'));
  await expect(rehearseLink({ clock, identityAlgorithm: 'Ed25519' })).rejects.toThrow('no memory');
  expect(clock.armed).toBe(0);
  broken.mockRestore();
});

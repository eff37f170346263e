import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttackGroup, OpenGroup } from './attack-group.ts';

/** The tests of a group: each attack is refused by what has to refuse it, and succeeds where that is missing. */
export function describeAttacks(group: AttackGroup): void {
  let opened: OpenGroup | undefined;
  beforeAll(async () => {
    opened = await group.open();
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
  });
  const open = (): OpenGroup => {
    if (opened === undefined) throw new Error('The scene is not open.');
    return opened;
  };
  // All of one kind first: between them processes start anew. No `test.each`, which cuts names short.
  describe('is refused', () => {
    for (const { name, refusedBy } of group.attacks) {
      // A refusal that holds at the second attempt only is none.
      test(name, { retry: 0 }, async () => {
        expect(await open().attack(name)).toMatchObject({ kind: 'refused', by: refusedBy });
      });
    }
  });
  describe('succeeds where the defence is off', () => {
    for (const { name, twin } of group.attacks) {
      test(`${name}: without ${twin.without}`, async () => {
        expect(await open().attackTwin(name)).toMatchObject({ kind: 'succeeded' });
      });
    }
  });
}

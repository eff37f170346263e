import { expect, test } from 'vitest';
import { rehearseGuard } from '@oracle-calls/node-media/guard';
import { rehearseBackend } from './backend/rehearse-backend.ts';
import { collectGarbage } from './collect-garbage.ts';

test('the parts of a rehearsal pass by themselves', async () => {
  expect(rehearseGuard()).toBeUndefined();
  await expect(rehearseBackend()).resolves.toBeUndefined();
});

test('what nobody holds any more is collected before a call', async () => {
  const held = new Set<string>();
  const registry = new FinalizationRegistry((name: string) => held.delete(name));
  for (let at = 0; at < 10; at++) {
    held.add(`thing ${at}`);
    registry.register({}, `thing ${at}`);
  }
  collectGarbage();
  // The registry tells in a later turn.
  await expect.poll(() => held.size).toBeLessThan(5);
});

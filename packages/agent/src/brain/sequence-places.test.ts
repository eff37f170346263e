import { describe, expect, it } from 'vitest';
import { SequencePlaces } from './sequence-places.ts';

describe('the memories of the model', () => {
  const name = (sequence: string): Promise<string> => Promise.resolve(sequence);

  it('stay with the calls that used them last', async () => {
    const places = new SequencePlaces(['a', 'b']);
    expect(await places.use('one', name)).toBe('a');
    expect(await places.use('two', name)).toBe('b');
    expect(await places.use('two', name)).toBe('b');
    expect(await places.use('one', name)).toBe('a');
  });

  it('go to a new call from the one that was silent the longest', async () => {
    const places = new SequencePlaces(['a', 'b']);
    await places.use('one', name);
    await places.use('two', name);
    await places.use('one', name);
    expect(await places.use('three', name)).toBe('b');
  });

  it('are never used by two answers at a time', async () => {
    const places = new SequencePlaces(['a']);
    const gate = Promise.withResolvers<void>();
    const log: string[] = [];
    const first = places.use('one', async (sequence) => {
      log.push(`one on ${sequence}`);
      await gate.promise;
    });
    const second = places.use('two', (sequence) => Promise.resolve(log.push(`two on ${sequence}`)));
    await Promise.resolve();
    expect(log).toEqual(['one on a']);
    gate.resolve();
    await Promise.all([first, second]);
    expect(log).toEqual(['one on a', 'two on a']);
  });
});

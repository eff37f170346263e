import { expect, it } from 'vitest';
import { settleAll, Teardown } from './teardown.ts';
import type { Stage } from './teardown.ts';

function part(name: string, closed: string[], error?: Error): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: () => {
      closed.push(name);
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    },
  };
}

it('closes dependants first, whatever the order of opening, and only once', async () => {
  const closed: string[] = [];
  const teardown = new Teardown();
  const opened: readonly (readonly [Stage, string])[] = [
    ['state', 'lock'],
    ['servers', 'synapse'],
    ['backend', 'backend'],
    ['agent', 'agent'],
    ['page', 'page'],
  ];
  for (const [stage, name] of opened) teardown.add(stage, part(name, closed));
  await teardown.close();
  await teardown.close();
  expect(closed).toEqual(['page', 'agent', 'backend', 'synapse', 'lock']);
});

it('closes the rest when one part fails to close, and tells at the end', async () => {
  const closed: string[] = [];
  const teardown = new Teardown();
  const error = new Error('stuck');
  teardown.add('agent', part('agent', closed, error));
  teardown.add('state', part('lock', closed));
  await expect(teardown.close()).rejects.toMatchObject({ name: 'AggregateError', errors: [error] });
  expect(closed).toEqual(['agent', 'lock']);
});

it('waits for all before it tells of a failure', async () => {
  let slowEnded = false;
  const slow = new Promise<void>((resolve) =>
    setImmediate(() => {
      slowEnded = true;
      resolve();
    }),
  );
  await expect(settleAll([Promise.reject(new Error('quick')), slow])).rejects.toThrow('quick');
  expect(slowEnded).toBe(true);
  expect(await settleAll([Promise.resolve(1), undefined, Promise.resolve('b')])).toEqual([1, undefined, 'b']);
});

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

it('waits for all before it tells of the first failure, which it announces at once', async () => {
  const first = new Error('first');
  const announced = Promise.withResolvers<unknown>();
  const slow = announced.promise.then(() => Promise.reject(new Error('given up')));
  await expect(settleAll([slow, Promise.reject(first)], announced.resolve)).rejects.toBe(first);
  expect(await announced.promise).toBe(first);
});

it('hands back what all came to', async () => {
  const never = (): never => {
    throw new Error('nothing failed');
  };
  expect(await settleAll([Promise.resolve(1), undefined, Promise.resolve('b')], never)).toEqual([1, undefined, 'b']);
});

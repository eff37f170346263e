import { expect, test } from 'vitest';
import { Serial } from './serial.ts';

test('work runs one piece at a time, in the order in which it came', async () => {
  const serial = new Serial();
  const log: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = serial.run(async () => {
    log.push('first begins');
    await gate.promise;
    log.push('first ends');
    return 1;
  });
  const second = serial.run(async () => {
    log.push('second');
    return Promise.resolve(2);
  });
  await Promise.resolve();
  expect(log).toEqual(['first begins']);
  gate.resolve(undefined);
  expect(await Promise.all([first, second])).toEqual([1, 2]);
  expect(log).toEqual(['first begins', 'first ends', 'second']);
});

test('a piece that fails tells its own caller and does not stop the next', async () => {
  const serial = new Serial();
  const failing = serial.run(() => Promise.reject(new Error('no')));
  const next = serial.run(() => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

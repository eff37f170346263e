import { expect, it } from 'vitest';
import type { DevError } from './dev-error.ts';
import { startRestartable } from './restartable-process.ts';
import { processIsAlive } from './process-group.ts';

const spec = { name: 'subject', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };

it('restarts with the same specification under a new process id', async () => {
  await using subject = await startRestartable(spec);
  const before = subject.pid;
  await subject.restart({ signal: 'SIGKILL' });
  expect(subject.pid).not.toBe(before);
  expect(processIsAlive(before)).toBe(false);
});

it('tells of an end that nobody asked for, and of no other', async () => {
  const told: DevError[] = [];
  const ended = Promise.withResolvers<void>();
  const subject = await startRestartable(spec, (error) => {
    told.push(error);
    ended.resolve();
  });
  await subject.restart();
  await subject.stop();
  await subject.start();
  expect(told).toEqual([]);
  process.kill(subject.pid, 'SIGKILL');
  await ended.promise;
  expect(told[0]).toMatchObject({ code: 'ERR_DEV_EXITED', message: 'subject stopped by itself (signal SIGKILL)' });
  expect(subject.running).toBe(false);
});

it('refuses with ERR_DEV_STATE to start twice, and has no process id while stopped', async () => {
  const subject = await startRestartable(spec);
  await expect(subject.start()).rejects.toMatchObject({ code: 'ERR_DEV_STATE' });
  await subject.stop();
  expect(() => subject.pid).toThrow(expect.objectContaining({ code: 'ERR_DEV_STATE' }) as Error);
});

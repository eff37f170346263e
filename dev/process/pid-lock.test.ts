import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tryLock, waitForLock } from './pid-lock.ts';
import { processIdentity } from './process-identity.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pid-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function take(): ReturnType<typeof tryLock> {
  return await tryLock(path);
}

it('gives the lock to the first and names the owner to the second', async () => {
  const first = await take();
  expect('release' in first).toBe(true);
  expect(await take()).toMatchObject({ pid: process.pid });
});

it('is free again once released, and leaves no file behind', async () => {
  const first = await take();
  if (!('release' in first)) throw new Error('not taken');
  await first.release();
  await first.release();
  expect(await readdir(folder)).toEqual([]);
  expect('release' in (await take())).toBe(true);
});

it('takes over from a process that has gone', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  await writeFile(path, JSON.stringify({ pid: child.pid, identity: 'gone', nonce: 'x' }));
  expect('release' in (await take())).toBe(true);
});

it('takes over when the owner’s process id now belongs to another process', async () => {
  await writeFile(path, JSON.stringify({ pid: process.pid, identity: 'an earlier process', nonce: 'x' }));
  expect('release' in (await take())).toBe(true);
});

it('takes over a file that is no lock', async () => {
  await writeFile(path, 'half writ');
  expect('release' in (await take())).toBe(true);
});

it('does not release a lock that somebody else has taken over', async () => {
  const first = await take();
  if (!('release' in first)) throw new Error('not taken');
  const other = JSON.stringify({ pid: 1, identity: 'other', nonce: 'other' });
  await writeFile(path, other);
  await first.release();
  expect(await readFile(path, 'utf8')).toBe(other);
});

it('gives the lock to exactly one of many that want it at once', async () => {
  await writeFile(path, JSON.stringify({ pid: 0, identity: 'gone', nonce: 'x' }));
  const outcomes = await Promise.all(Array.from({ length: 20 }, take));
  expect(outcomes.filter((outcome) => 'release' in outcome)).toHaveLength(1);
});

it('waits for the owner, says so once, and stops waiting when told to', async () => {
  const first = await take();
  if (!('release' in first)) throw new Error('not taken');
  let told = 0;
  const waiting = waitForLock(path, { onWait: () => told++ });
  const impatient = waitForLock(path, { signal: AbortSignal.timeout(50) });
  await expect(impatient).rejects.toMatchObject({ name: 'TimeoutError' });
  await first.release();
  await using _second = await waiting;
  expect(told).toBe(1);
});

it('takes a process that has ended for gone, even before its parent has noticed', async () => {
  // The shell leaves its child unnoticed: it becomes a sleep, which waits for nobody, well before the child ends.
  const parent = spawn('/bin/sh', ['-c', '/bin/sleep 0.3 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const zombie = Number(printed.toString());
  await vi.waitFor(() => expect(processIdentity(zombie)).toBeUndefined(), { timeout: 5_000 });
  process.kill(zombie, 0);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

it('knows a process by when it started', () => {
  expect(processIdentity(process.pid)).toBe(processIdentity(process.pid));
  expect(processIdentity(process.pid)).not.toBe(processIdentity(process.ppid));
  expect(processIdentity(0)).toBeUndefined();
  expect(processIdentity(2 ** 30)).toBeUndefined();
});

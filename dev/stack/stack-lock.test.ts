import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordProcess } from '../process/process-record.ts';
import { lockState } from './stack-lock.ts';

let stateDir = '';
let lines: string[] = [];
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stack-lock-'));
  lines = [];
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const report = (line: string): void => void lines.push(line);

it('refuses a second stack on the same folder with ERR_DEV_LOCKED, naming the first', async () => {
  await using _lock = await lockState(stateDir, report);
  await expect(lockState(stateDir, report)).rejects.toMatchObject({
    code: 'ERR_DEV_LOCKED',
    message: expect.stringContaining(`pid ${process.pid}`) as string,
  });
});

it('lets another stack have it afterwards', async () => {
  await (await lockState(stateDir, report)).release();
  await using _lock = await lockState(stateDir, report);
  expect(lines).toEqual([]);
});

it('takes over from a killed stack and ends what it had left running', async () => {
  const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
  const exit = once(left, 'exit');
  recordProcess(join(stateDir, 'processes'), 'livekit', left.pid ?? 0);
  await writeFile(join(stateDir, 'stack.lock'), JSON.stringify({ pid: 2 ** 30, identity: 'gone', nonce: 'x' }));
  await using _lock = await lockState(stateDir, report);
  expect(await exit).toEqual([null, 'SIGKILL']);
  expect(lines).toEqual(['ended what a killed stack had left running: livekit']);
});

it('keeps the folder for its owner alone', async () => {
  await chmod(stateDir, 0o755);
  await using _lock = await lockState(stateDir, report);
  expect(((await stat(stateDir)).mode & 0o777).toString(8)).toBe('700');
});

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signalGroup } from './process-group.ts';
import { endLeftovers, recordProcess } from './process-record.ts';

let dir = '';
let child: ChildProcess;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'records-'));
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
  await once(child, 'spawn');
});
afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    signalGroup(pid(), 'SIGKILL');
    await once(child, 'exit');
  }
  await rm(dir, { recursive: true, force: true });
});

function pid(): number {
  if (child.pid === undefined) throw new Error('no child');
  return child.pid;
}

it('ends what a killed run left behind and forgets it', async () => {
  recordProcess(dir, 'livekit', pid());
  const exit = once(child, 'exit');
  expect(await endLeftovers(dir)).toEqual(['livekit']);
  expect(await exit).toEqual([null, 'SIGKILL']);
  expect(await readdir(dir)).toEqual([]);
});

it('leaves a process alone that merely got the recorded id', async () => {
  await writeFile(join(dir, '1.json'), JSON.stringify({ name: 'livekit', pid: pid(), identity: 'an earlier process' }));
  expect(await endLeftovers(dir)).toEqual([]);
  expect(child.signalCode).toBeNull();
});

it('passes over broken records and absent folders', async () => {
  await writeFile(join(dir, '1.json'), '{');
  expect(await endLeftovers(dir)).toEqual([]);
  expect(await readdir(dir)).toEqual([]);
  expect(await endLeftovers(join(dir, 'absent'))).toEqual([]);
});

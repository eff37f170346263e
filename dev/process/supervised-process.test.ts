import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DevError } from './dev-error.ts';
import { processIsAlive } from './process-group.ts';
import { processIdentity } from './process-identity.ts';
import { startProcess } from './supervised-process.ts';
import type { ProcessSpec } from './supervised-process.ts';

const READY = "console.log('ready');";
const FOREVER = 'setInterval(() => {}, 1000);';

let records = '';
beforeAll(async () => {
  records = await mkdtemp(join(tmpdir(), 'records-'));
});
afterAll(() => rm(records, { recursive: true, force: true }));

/** A node process that runs `script`; ready as soon as it printed a line. */
function script(code: string, more: Partial<ProcessSpec> = {}): { spec: ProcessSpec; lines: string[] } {
  const lines: string[] = [];
  const spec: ProcessSpec = {
    name: 'subject',
    command: process.execPath,
    args: ['-e', code],
    log: (line) => lines.push(line),
    ready: async (signal) => {
      while (lines.length === 0) await systemClock.sleep(10, { signal });
    },
    ...more,
  };
  return { spec, lines };
}

async function refusal(promise: Promise<unknown>): Promise<DevError> {
  const error: unknown = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof DevError) return error;
  throw new Error('expected a DevError');
}

it('hands on both outputs line by line and tells how the process ended', async () => {
  const { spec, lines } = script("console.log('one'); console.error('two'); process.exitCode = 3;");
  const { ready: _, ...plain } = spec;
  const subject = await startProcess(plain);
  expect(await subject.exited).toEqual({ code: 3, signal: null });
  expect(lines.toSorted()).toEqual(['one', 'two']);
});

it('ends a process that obeys SIGTERM, and stopping again does nothing', async () => {
  const { spec } = script(`process.on('SIGTERM', () => process.exit(0)); ${READY} ${FOREVER}`);
  const subject = await startProcess(spec);
  await subject.stop();
  await subject.stop();
  expect(await subject.exited).toEqual({ code: 0, signal: null });
  expect(processIsAlive(subject.pid)).toBe(false);
});

it('kills a process that ignores SIGTERM once the grace is over', async () => {
  const { spec } = script(`process.on('SIGTERM', () => {}); ${READY} ${FOREVER}`, { stopGraceMs: 200 });
  const subject = await startProcess(spec);
  await subject.stop();
  expect(await subject.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

it('takes along the children that the process left in its group', async () => {
  const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(FOREVER)}])`;
  const { spec, lines } = script(`console.log(${child}.pid); ${FOREVER}`);
  const subject = await startProcess(spec);
  const grandchild = Number(lines[0]);
  expect(processIsAlive(grandchild)).toBe(true);
  await subject.stop();
  await vi.waitFor(() => expect(processIdentity(grandchild)).toBeUndefined());
});

it('records a running process and removes the record when it has gone', async () => {
  const { spec } = script(`${READY} ${FOREVER}`, { recordDir: records });
  const subject = await startProcess(spec);
  expect(await readdir(records)).toEqual([`${subject.pid}.json`]);
  await subject.kill('SIGKILL');
  expect(await readdir(records)).toEqual([]);
});

it('refuses with ERR_DEV_EXITED and the last log lines when the process ends before it is ready', async () => {
  const { spec } = script("console.error('config is wrong'); process.exitCode = 1;", {
    ready: (signal) => systemClock.sleep(60_000, { signal }),
  });
  const error = await refusal(startProcess(spec));
  expect(error.code).toBe('ERR_DEV_EXITED');
  expect(error.message).toContain('exit code 1');
  expect(error.message).toContain('config is wrong');
});

it('refuses with ERR_DEV_NOT_READY when the bound is over, and leaves nothing running', async () => {
  const { spec, lines } = script(`console.log(process.pid); ${FOREVER}`, {
    ready: (signal) => systemClock.sleep(60_000, { signal }),
    readyTimeoutMs: 400,
  });
  const error = await refusal(startProcess(spec));
  expect(error.code).toBe('ERR_DEV_NOT_READY');
  expect(processIsAlive(Number(lines[0]))).toBe(false);
});

it('refuses with ERR_DEV_EXITED when there is no such command', async () => {
  const error = await refusal(startProcess({ name: 'nobody', command: '/nonexistent/command', args: [] }));
  expect(error.code).toBe('ERR_DEV_EXITED');
  expect(error.message).toContain('nobody cannot be started');
});

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createDidResolver, resolveOracle } from '@oracle-calls/protocol/did';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { processIdentity } from '../../dev/process/process-identity.ts';
import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { startStack } from '../../dev/stack/stack.ts';

const MAIN = join(PROJECT_ROOT, 'dev/stack/main.ts');
const bare = { preferredPorts: 'any', agent: false, web: false } as const;

let stateDir = '';
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stack-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const isGone = (pid: number): boolean => processIdentity(pid) === undefined;
const isReady = async (backendUrl: string): Promise<boolean> => (await fetch(`${backendUrl}/readyz`)).ok;

/** The pids that a stack has written down. */
async function recordedPids(): Promise<number[]> {
  const names = await readdir(join(stateDir, 'processes'));
  return names.map((name) => Number.parseInt(name, 10));
}

interface Main {
  readonly child: ChildProcess;
  readonly exit: Promise<unknown[]>;
  readonly lines: readonly string[];
}

/** `dev/stack/main.ts` as a process of its own, and its lines so far. */
async function runMain(): Promise<Main> {
  const child = spawn(process.execPath, [MAIN, '--state-dir', stateDir, '--no-agent', '--no-web'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const exit = once(child, 'exit');
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  const up = new Promise<void>((resolve) => {
    output.on('line', (line) => {
      lines.push(line);
      if (line.startsWith('  State')) resolve();
    });
  });
  await Promise.race([up, exit]);
  return { child, exit, lines };
}

it('comes up with a DID that leads to the oracle’s account and backend, and goes without leaving anything', async () => {
  const stack = await startStack({ stateDir, ...bare });
  expect(await isReady(stack.backendUrl)).toBe(true);
  const resolver = createDidResolver({ ixoResolverUrl: stack.didResolverUrl, allowPrivateAddresses: true });
  expect(await resolveOracle(stack.oracleDid, resolver, { allowPrivateAddresses: true })).toMatchObject({
    matrixUserId: stack.oracleUserId,
    backendUrl: stack.backendUrl,
  });
  const { synapse, livekit, backend, agent } = stack.pids();
  expect(agent).toBeUndefined();
  expect(new Set(await recordedPids())).toEqual(new Set([synapse, livekit, backend]));
  expect(((await stat(stateDir)).mode & 0o777).toString(8)).toBe('700');

  await stack.close();
  await stack.close();
  expect([synapse, livekit, backend].every(isGone)).toBe(true);
  expect(await recordedPids()).toEqual([]);
  await expect(fetch(stack.didResolverUrl)).rejects.toThrow('fetch failed');
  expect(await readdir(stateDir)).not.toContain('stack.lock');
});

it('restarts the backend and LiveKit where they were, without taking that for a failure', async () => {
  await using stack = await startStack({ stateDir, ...bare });
  const before = stack.pids();
  await stack.restartBackend();
  await stack.restartLiveKit({ signal: 'SIGKILL' });
  expect(stack.pids().backend).not.toBe(before.backend);
  expect(stack.pids().livekit).not.toBe(before.livekit);
  expect(await isReady(stack.backendUrl)).toBe(true);
  const rooms = new RoomServiceClient(stack.sfu.apiUrl, stack.sfu.apiKey, stack.sfu.apiSecret);
  expect(await rooms.listRooms()).toEqual([]);

  process.kill(stack.pids().livekit, 'SIGKILL');
  await expect(stack.failed).rejects.toMatchObject({
    code: 'ERR_DEV_EXITED',
    message: 'livekit stopped by itself (signal SIGKILL)',
  });
});

it('refuses a second stack on the same folder, and lets one run beside it in another', async () => {
  const otherDir = await mkdtemp(join(tmpdir(), 'stack-'));
  try {
    await using first = await startStack({ stateDir, ...bare });
    await expect(startStack({ stateDir, ...bare })).rejects.toMatchObject({ code: 'ERR_DEV_LOCKED' });
    await using second = await startStack({ stateDir: otherDir, ...bare });
    expect(await isReady(first.backendUrl)).toBe(true);
    expect(await isReady(second.backendUrl)).toBe(true);
    expect(second.users.alice.password).not.toBe(first.users.alice.password);
  } finally {
    await rm(otherDir, { recursive: true, force: true });
  }
});

it('stops at Ctrl-C with exit code 0, having ended exactly what it started', async () => {
  const { child, exit, lines } = await runMain();
  expect(lines.join('\n')).toMatch(/Sign in as {4}@alice:localhost/);
  const pids = await recordedPids();
  expect(pids).toHaveLength(3);
  child.kill('SIGINT');
  expect(await exit).toEqual([0, null]);
  expect(lines.at(-1)).toBe('stack   | stopped');
  expect(pids.every(isGone)).toBe(true);
});

it('gives a start up at Ctrl-C, with the exit code that shells expect', async () => {
  const child = spawn(process.execPath, [MAIN, '--state-dir', stateDir, '--no-agent', '--no-web'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  child.stdout.resume();
  child.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
  expect(await readdir(stateDir)).not.toContain('stack.lock');
});

it('takes over from a stack that was killed, ends what that left running, and finds accounts and keys again', async () => {
  const killed = await runMain();
  const left = await recordedPids();
  killed.child.kill('SIGKILL');
  await killed.exit;
  // The backend may end by itself as soon as nobody reads what it logs.
  expect(left.map(isGone)).toContain(false);

  const lines: string[] = [];
  await using stack = await startStack({ stateDir, ...bare, log: (part, line) => lines.push(`${part} ${line}`) });
  expect(lines[0]).toMatch(/^stack ended what a killed stack had left running: /);
  expect(left.every(isGone)).toBe(true);
  expect(await isReady(stack.backendUrl)).toBe(true);
});

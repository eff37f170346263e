import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { CommandLine } from './cli-call/command-line.ts';

let stack: Stack;
let stateDir: string;
let weightsDir: string;
const log: string[] = [];

beforeAll(async () => {
  const tools = await ensureToolchain({ chromium: false });
  weightsDir = tools.weightsDir ?? '';
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-cli-call-'));
  stack = await startStack({
    stateDir,
    preferredPorts: 'any',
    web: false,
    log: (part, line) => void log.push(`${part} | ${line}`),
  });
  await stack.agentWarm(AbortSignal.timeout(90_000));
});

afterAll(async () => {
  await stack?.close();
  await rm(stateDir, { recursive: true, force: true });
});

function call(oracle: string, ...more: readonly string[]): CommandLine {
  const { alice } = stack.users;
  return new CommandLine([
    'call',
    oracle,
    ...['--homeserver', stack.homeserverUrl, '--user', alice.userId, '--password-file', alice.passwordFile],
    ...['--recovery-key-file', join(stateDir, 'accounts', 'alice.recovery-key')],
    ...['--store', join(stateDir, 'caller'), '--resolver', stack.didResolverUrl, '--allow-private-addresses'],
    '--json',
    ...more,
  ]);
}

describe('oracle-calls call', () => {
  test('asks a question aloud, and hears the answer', { timeout: 120_000 }, async () => {
    using command = call(
      stack.oracleDid,
      '--say',
      'What is the capital city of France?',
      '--speech-models',
      weightsDir,
    );
    const { exitCode, report, stderr } = await command.finished();
    console.log(stderr, report, log.slice(-3));
    expect(exitCode, stderr).toBe(0);
  });
});

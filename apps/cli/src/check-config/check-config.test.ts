import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run, type Run } from '../run.fixture.ts';

let folder = '';
let agent = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oracle-calls-check-config-'));
  agent = join(folder, 'agent.json');
  for (const name of ['api-key', 'api-secret']) writeFileSync(join(folder, name), 'CANARY', { mode: 0o600 });
  mkdirSync(join(folder, 'weights'));
  write({});
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(change: object): void {
  const config = {
    oracleDid: 'did:ixo:oracle456',
    backendUrl: 'https://calls.example.org',
    apiKeyFile: join(folder, 'api-key'),
    trustStoreFile: join(folder, 'trust', 'trust.db'),
    sfu: { url: 'wss://sfu.example.org', apiKey: 'key', apiSecretFile: join(folder, 'api-secret') },
    agentName: 'oracle',
    weightsDir: join(folder, 'weights'),
  };
  writeFileSync(agent, JSON.stringify({ ...config, ...change }, undefined, 2));
}

const check = (...args: readonly string[]): Promise<Run> => run('check-config', ...args);

test('a good file is said to be good', async () => {
  const stdout = `${agent}: a good configuration of the agent.\n`;
  expect(await check('--agent', agent)).toEqual({ code: 0, stdout, stderr: '' });
});

test('every problem is a line, and the exit code says that there are some', async () => {
  write({ agentname: 'CANARY', maxCalls: 0 });
  const { code, stdout } = await check('--agent', agent);
  expect(code).toBe(1);
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    `${agent}: 2 problems`,
    expect.stringMatching(/^ {2}maxCalls: at least 1 expected, found 0 \(line \d+, column \d+\)$/) as string,
    expect.stringMatching(/^ {2}agentname: unknown field; did you mean "agentName"\?/) as string,
  ]);
  expect(stdout).not.toContain('CANARY');
});

test('both at once, as one document', async () => {
  const backend = join(folder, 'backend.json');
  writeFileSync(backend, '{');
  const { code, stdout } = await check('--backend', backend, '--agent', agent, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    files: [
      {
        file: backend,
        kind: 'backend',
        problems: [{ path: '(root)', text: 'not JSON: a closing } is missing', place: { line: 1, column: 2 } }],
      },
      { file: agent, kind: 'agent', problems: [] },
    ],
  });
});

test('without a file it is not understood', async () => {
  const { code, stdout, stderr } = await check();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('give --backend <file>, --agent <file> or both');
});

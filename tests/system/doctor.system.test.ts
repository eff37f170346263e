import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateOracleFiles } from 'oracle-calls/keygen';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../dev/stack/project.ts';
import { startStack } from '../../dev/stack/stack.ts';
import type { Stack } from '../../dev/stack/stack.ts';

const MAIN = join(PROJECT_ROOT, 'apps/cli/src/main.ts');

interface Found {
  readonly id: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  readonly mend?: string;
}

interface Report {
  readonly exitCode: number;
  readonly text: string;
  readonly checks: readonly Found[];
}

let scratch = '';
let stack: Stack;
let files = { backend: '', agent: '' };
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'doctor-'));
  stack = await startStack({ stateDir: join(scratch, 'state'), preferredPorts: 'any', web: false });
  files = {
    backend: join(stack.stateDir, 'backend', 'backend.json'),
    agent: join(stack.stateDir, 'agent', 'agent.json'),
  };
});
afterAll(async () => {
  await stack.close();
  await rm(scratch, { recursive: true, force: true });
});

/** The real program, as a process of its own. */
async function doctor(...args: readonly string[]): Promise<Report> {
  const given = args.length === 0 ? ['--backend', files.backend, '--agent', files.agent] : args;
  const command = [MAIN, 'doctor', ...given, '--json'];
  const { exitCode, stdout, stderr } = await new Promise<{ exitCode: number; stdout: string; stderr: string }>(
    (resolve) => {
      execFile(process.execPath, command, { timeout: 100_000 }, (error, out, errors) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout: out, stderr: errors });
      });
    },
  );
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Found[] };
  return { exitCode, text: stdout + stderr, checks };
}

const problemsOf = ({ checks }: Report): Found[] =>
  checks.filter(({ status }) => status === 'warning' || status === 'failed');

/** A copy of a configuration with some fields changed. */
async function changed(file: string, change: (config: Record<string, unknown>) => object): Promise<string> {
  const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const copy = join(scratch, `${crypto.randomUUID()}.json`);
  await writeFile(copy, JSON.stringify({ ...config, ...change(config) }));
  return copy;
}

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

async function expectFailure(report: Report, id: string, mend: string): Promise<void> {
  expect(report.exitCode).toBe(1);
  expect(problemsOf(report).map((found) => found.id)).toContain(id);
  expect(report.checks.find((found) => found.id === id)).toMatchObject({
    status: 'failed',
    mend: expect.stringContaining(mend) as string,
  });
}

it('finds nothing wrong with a healthy stack, looks at all of it, and prints no secret', async () => {
  const report = await doctor();
  expect(problemsOf(report)).toEqual([]);
  expect(report.exitCode).toBe(0);
  const skipped = report.checks.filter(({ status }) => status === 'skipped').map(({ id }) => id);
  // All servers are on loopback: no certificates, no public names, no TURN.
  expect(skipped).toEqual([
    'homeserver.tls',
    'homeserver.well-known',
    'sfu.tls',
    'media.turn',
    'media.stun',
    'backend.tls',
  ]);
  const secretFiles = ['accounts/oracle.password', 'livekit/api.secret', 'oracle/agent-api-key'];
  for (const file of secretFiles) {
    const secret = (await readFile(join(stack.stateDir, file), 'utf8')).trim();
    expect(secret).not.toBe('');
    expect(report.text).not.toContain(secret);
  }
});

it('leaves no room behind on the SFU', async () => {
  await doctor();
  const { RoomServiceClient } = await import('livekit-server-sdk');
  const { apiUrl, apiKey, apiSecret } = stack.sfu;
  expect(await new RoomServiceClient(apiUrl, apiKey, apiSecret).listRooms()).toEqual([]);
});

it('tells an API secret that is not the SFU’s', async () => {
  const secret = join(scratch, 'wrong.secret');
  await writeFile(secret, 'another secret of the same length or so, but wrong\n', { mode: 0o600 });
  const backend = await changed(files.backend, ({ sfu }) => ({ sfu: { ...(sfu as object), apiSecretFile: secret } }));
  await expectFailure(await doctor('--backend', backend), 'sfu.api', 'sfu.apiSecretFile must be a pair');
});

it('tells an SFU that is down, once, and skips what needs it', async () => {
  const port = await freePort();
  const at = ['--sfu-url', `ws://127.0.0.1:${port}`, '--sfu-api-url', `http://127.0.0.1:${port}`];
  const report = await doctor('--backend', files.backend, ...at);
  await expectFailure(report, 'sfu.api', 'See that LiveKit runs');
  expect(problemsOf(report).map(({ id }) => id)).toEqual(['sfu.api', 'sfu.client-url']);
});

it('tells a homeserver that is down, and a backend that is not there', async () => {
  const port = await freePort();
  const report = await doctor(
    '--homeserver-url',
    `http://127.0.0.1:${port}`,
    '--backend-url',
    `http://127.0.0.1:${port}`,
  );
  await expectFailure(report, 'homeserver.reachable', 'See that the homeserver runs');
  await expectFailure(report, 'backend.health', 'Start the backend');
});

it('tells key files that are open to others, and an API key that the backend does not know', async () => {
  const [keyFile, apiKeyFile] = [join(scratch, 'open.key.json'), join(scratch, 'other-api-key')];
  await copyFile(join(stack.stateDir, 'oracle', 'oracle.key.json'), keyFile);
  await chmod(keyFile, 0o644);
  await writeFile(apiKeyFile, `oca_${'x'.repeat(43)}\n`, { mode: 0o600 });
  const agent = await changed(files.agent, () => ({ oracleKeyFile: keyFile, apiKeyFile }));
  const report = await doctor('--agent', agent);
  await expectFailure(report, 'configuration.agent', 'Correct these fields');
  expect(report.checks.find(({ id }) => id === 'configuration.agent')?.detail).toContain('oracleKeyFile: ');
  await expectFailure(report, 'backend.api-key', 'agentKeys');
});

it('tells a page that may not call, and an account whose password is wrong', async () => {
  const password = join(scratch, 'wrong.password');
  await writeFile(password, 'not the password', { mode: 0o600 });
  const backend = await changed(files.backend, ({ matrix }) => ({
    matrix: { ...(matrix as object), passwordFile: password },
  }));
  const report = await doctor('--backend', backend, '--web-origin', 'https://other.example.org');
  await expectFailure(report, 'backend.cors', 'corsOrigins');
  await expectFailure(report, 'homeserver.account', 'matrix.passwordFile');
});

it('tells a DID document that is of other keys', async () => {
  const published = join(stack.paths.didDocumentsDir, 'oracle.json');
  const before = await readFile(published, 'utf8');
  const { didDocumentFile } = await generateOracleFiles({
    did: stack.oracleDid,
    matrixUserId: stack.oracleUserId,
    backendUrl: stack.backendUrl,
    outDir: join(scratch, 'other-keys'),
  });
  await copyFile(didDocumentFile, published);
  try {
    await expectFailure(await doctor(), 'keys.match', 'Publish the did.json');
  } finally {
    await writeFile(published, before);
  }
});

it('tells an agent that is not there', async () => {
  await stack.stopAgent();
  await expectFailure(await doctor(), 'sfu.agent', 'Start the agent');
});

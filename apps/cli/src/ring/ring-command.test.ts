import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOracleCallError, OracleCallError, toProblem } from '@oracle-calls/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../run.fixture.ts';

const record = {
  ...{ ringId: '$ring', userId: '@alice:example.org', oracleDid: 'did:ixo:oracle456', callType: 'video' },
  ...{ ringStatus: 'ringing', ringStartedAt: '2026-01-01T10:00:00.000Z', lifetimeMs: 20_000 },
};

let folder: string;
let server: Server;
let asked: { readonly line: string; readonly key: string | undefined; readonly body: string }[];
/** What the backend answers, one after the other; the last stays. */
let answers: readonly (object | OracleCallError)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-ring-'));
  await writeFile(join(folder, 'agent.key'), 'the-api-key-of-the-oracle\n');
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      asked.push({ line: `${request.method} ${request.url}`, key: request.headers.authorization, body });
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? record;
      const problem = isOracleCallError(answer) ? toProblem(answer) : undefined;
      response.writeHead(problem?.status ?? 200);
      response.end(JSON.stringify(problem ?? answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const ring = (...more: readonly string[]): ReturnType<typeof run> => {
  const { port } = server.address() as AddressInfo;
  const backend = `http://127.0.0.1:${port}`;
  return run('ring', '@alice:example.org', '--backend', backend, '--api-key-file', join(folder, 'agent.key'), ...more);
};

test('rings, prints the ring, and ends', async () => {
  answers = [record];
  const flags = ['--video', '--reason', 'It is ready.', '--session', 's-1', '--lifetime-seconds', '20', '--json'];
  const { code, stdout } = await ring(...flags);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(record);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ line: 'POST /rings', key: 'Bearer the-api-key-of-the-oracle' });
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
    ...{ userId: '@alice:example.org', callType: 'video', reason: 'It is ready.', sessionId: 's-1' },
    lifetimeMs: 20_000,
  });
});

test('waits for the answer: 0 when it was accepted, 1 when it was not', async () => {
  answers = [record, { ...record, ringStatus: 'accepted', callId: '$call@lk-1' }];
  const accepted = await ring('--wait');
  expect(accepted.code).toBe(0);
  expect(accepted.stdout).toMatch(/ringStatus +accepted/);
  asked = [];
  answers = [record, { ...record, ringStatus: 'declined' }];
  const declined = await ring('--wait', '--json');
  expect(declined.code).toBe(1);
  expect(JSON.parse(declined.stdout)).toMatchObject({ ringStatus: 'declined' });
});

test('says why somebody cannot be rung', async () => {
  answers = [new OracleCallError('ERR_RING_STRANGER')];
  const { code, stdout } = await ring('--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_RING_STRANGER' } });
});

test.each([[['--lifetime-seconds', '4']], [['--lifetime-seconds', '121']]])('%s is not understood', async (flags) => {
  expect(await ring(...flags)).toMatchObject({ code: 2 });
});

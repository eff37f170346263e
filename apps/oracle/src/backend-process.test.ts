import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MatrixAccountPort } from '@oracle-calls/matrix';
import { parseMatrixUserId } from '@oracle-calls/matrix';
import { createJsonLogger, OracleCallError, systemClock, type Clock } from '@oracle-calls/protocol';
import { FakeMatrixAccount } from '@oracle-calls/testing/matrix-account';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backendConfigSchema } from './backend-config.ts';
import { runBackend, type BackendProcessDeps } from './backend-process.ts';

let directory: string;
let lines: string[];
let drain: AbortController;
let stop: AbortController;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oracle-calls-process-'));
  writeFileSync(join(directory, 'secret'), 'a-secret-that-is-long-enough\n');
  lines = [];
  drain = new AbortController();
  stop = new AbortController();
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Pauses last no time, so that retries come at once; everything else is the real clock's. */
const hastyClock: Clock = { ...systemClock, sleep: (_ms, options) => systemClock.sleep(0, options) };

class ClosingAccount extends FakeMatrixAccount {
  closedCount = 0;

  override close(): Promise<void> {
    this.closedCount += 1;
    return super.close();
  }
}

const createAccount = (): ClosingAccount => new ClosingAccount(parseMatrixUserId('@oracle:localhost'), systemClock);

function run(openMatrix: BackendProcessDeps['openMatrix']): Promise<void> {
  const config = v.parse(backendConfigSchema, {
    listen: { host: '127.0.0.1', port: 0 },
    oracleDid: 'did:ixo:oracle456',
    matrix: {
      homeserverUrl: 'http://127.0.0.1:1',
      userId: '@oracle:localhost',
      passwordFile: 'unused',
      storeDir: 'unused',
      allowedServers: { localhost: 'http://127.0.0.1:1' },
    },
    sfu: {
      url: 'ws://127.0.0.1:1',
      apiUrl: 'http://127.0.0.1:1',
      apiKey: 'key',
      apiSecretFile: join(directory, 'secret'),
    },
    databaseFile: join(directory, 'calls.db'),
    agentKeys: [{ id: 'a', oracleDid: 'did:ixo:oracle456', sha256: 'ab'.repeat(32) }],
    agentName: 'oracle',
    corsOrigins: [],
  });
  const logger = createJsonLogger((line) => lines.push(line), systemClock);
  return runBackend({ config, openMatrix, clock: hastyClock, logger, drain: drain.signal, stop: stop.signal });
}

const facts = (message: string): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['msg'] === message);

/** Waits, within bounds, until something was logged. */
async function logged(message: string): Promise<Record<string, unknown>> {
  for (let turn = 0; turn < 500; turn += 1) {
    const [fact] = facts(message);
    if (fact !== undefined) return fact;
    await systemClock.sleep(10);
  }
  throw new Error(`Nothing was logged as "${message}".`);
}

test('/healthz answers while Matrix is opened, everything else is told to come back, and stopping closes all', async () => {
  const account = createAccount();
  const opening = Promise.withResolvers<MatrixAccountPort>();
  const running = run(() => opening.promise);
  const { port } = await logged('listening');
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${String(port)}${path}`);
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/calls')).status).toBe(503);
  opening.resolve(account);
  await logged('backend ready');
  expect((await ask('/calls')).status).toBe(401);
  stop.abort(new Error('stop'));
  await running;
  expect(account.closedCount).toBe(1);
  expect(account.listenerCount).toBe(0);
  await expect(ask('/healthz')).rejects.toThrow('fetch failed');
});

test('a homeserver that does not answer is asked again', async () => {
  let attempts = 0;
  const running = run(() => {
    attempts += 1;
    return attempts < 3
      ? Promise.reject(new OracleCallError('ERR_UPSTREAM_HOMESERVER'))
      : Promise.resolve(createAccount());
  });
  await logged('backend ready');
  expect(facts('homeserver does not answer')).toMatchObject([{ pauseMs: 1_000 }, { pauseMs: 2_000 }]);
  stop.abort(new Error('stop'));
  await running;
});

test('a wrong password ends the process, with nothing left open', async () => {
  const running = run(() => Promise.reject(new OracleCallError('ERR_AUTH_INVALID')));
  await expect(running).rejects.toMatchObject({ code: 'ERR_AUTH_INVALID' });
  await expect(fetch(`http://127.0.0.1:${String(facts('listening')[0]?.['port'])}/healthz`)).rejects.toThrow('fetch');
});

test('stopping while Matrix is opened is no failure', async () => {
  const running = run(
    (_oracle, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  );
  await logged('listening');
  stop.abort(new Error('stop'));
  await expect(running).resolves.toBeUndefined();
});

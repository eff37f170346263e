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

function run(openMatrix: BackendProcessDeps['openMatrix'], changes: object = {}): Promise<void> {
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
    ...changes,
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

const account = (name: string) => ({
  homeserverUrl: 'http://127.0.0.1:1',
  userId: `@${name}:localhost`,
  passwordFile: 'unused',
  storeDir: name,
  allowedServers: { localhost: 'http://127.0.0.1:1' },
});
/** Two oracles in place of the one. */
const TWO = {
  oracleDid: undefined,
  matrix: undefined,
  agentName: undefined,
  oracles: ['one', 'two'].map((name) => ({ did: `did:ixo:${name}`, agentName: name, matrix: account(name) })),
};

const readiness = async (): Promise<unknown> =>
  (await fetch(`http://127.0.0.1:${String(facts('listening')[0]?.['port'])}/readyz?oracleDid=did:ixo:two`)).status;

test("one oracle is served while another one's homeserver is away, and the other as soon as it is there", async () => {
  const second = Promise.withResolvers<MatrixAccountPort>();
  let isAway = true;
  const running = run(({ did }) => {
    if (did === 'did:ixo:one') return Promise.resolve(createAccount());
    return isAway ? Promise.reject(new OracleCallError('ERR_UPSTREAM_HOMESERVER')) : second.promise;
  }, TWO);
  await logged('backend ready');
  await logged('homeserver does not answer');
  expect(facts('homeserver does not answer')[0]).toMatchObject({ oracleDid: 'did:ixo:two' });
  expect(facts('oracle open')).toMatchObject([{ oracleDid: 'did:ixo:one' }]);
  isAway = false;
  const late = createAccount();
  second.resolve(late);
  for (let turn = 0; turn < 500 && facts('oracle open').length < 2; turn += 1) await systemClock.sleep(10);
  expect(facts('oracle open')).toMatchObject([{ oracleDid: 'did:ixo:one' }, { oracleDid: 'did:ixo:two' }]);
  stop.abort(new Error('stop'));
  await running;
  expect(late.closedCount).toBe(1);
});

test('one oracle that cannot be served at all does not end the process; none that can does', async () => {
  const wrong = (): Promise<never> => Promise.reject(new OracleCallError('ERR_AUTH_INVALID'));
  const running = run(({ did }) => (did === 'did:ixo:one' ? Promise.resolve(createAccount()) : wrong()), TWO);
  await logged('backend ready');
  expect(await logged('oracle not served')).toMatchObject({ oracleDid: 'did:ixo:two', code: 'ERR_AUTH_INVALID' });
  expect(await readiness()).toBe(503);
  stop.abort(new Error('stop'));
  await running;
  stop = new AbortController();
  await expect(run(wrong, TWO)).rejects.toMatchObject({ code: 'ERR_AUTH_INVALID' });
});

test('told to stop, it drains; without a call that is over at once', async () => {
  const running = run(() => Promise.resolve(createAccount()), { drainSeconds: 3_600 });
  await logged('backend ready');
  drain.abort(new Error('stop'));
  await running;
  expect(facts('drained')).toMatchObject([{ outcome: 'empty' }]);
});

test('with drainSeconds 0 it stops without draining, and told so before it was ready as well', async () => {
  const running = run(() => Promise.resolve(createAccount()), { drainSeconds: 0 });
  await logged('backend ready');
  drain.abort(new Error('stop'));
  await running;
  expect(facts('draining')).toEqual([]);
});

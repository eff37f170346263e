import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@oracle-calls/protocol';
import { createTestCertificates } from '@oracle-calls/testing/certificates';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../check.ts';
import type { Installation } from '../installation.ts';
import {
  agentOf,
  answering,
  backendOf,
  depsWith,
  oracleOf,
  runCheck,
  startServer,
  type TestServer,
} from '../test-installation.fixture.ts';
import { backendChecks } from './backend.ts';
import { judgeTransport } from './certificates.ts';
import { clockChecks } from './clocks.ts';
import { homeserverChecks } from './homeserver.ts';

/** A test that hangs is ended by the runner. */
const never = new AbortController().signal;

let folder = '';
const servers: TestServer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-doctor-'));
  await writeFile(join(folder, 'secret'), 'CANARY\n', { mode: 0o600 });
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function start(...args: Parameters<typeof startServer>): Promise<TestServer> {
  const server = await startServer(...args);
  servers.push(server);
  return server;
}

/** Nobody listens there: the server that did is closed. */
async function closedUrl(): Promise<string> {
  await using server = await startServer(() => undefined);
  return server.url;
}

/** A check never shows a secret, whatever it found. */
async function noSecret(outcome: Promise<Outcome>): Promise<Outcome> {
  const found = await outcome;
  expect(JSON.stringify(found)).not.toContain('CANARY');
  return found;
}

const USER = '@oracle:example.org';
type Answers = Parameters<typeof answering>[0];

describe('the homeserver', () => {
  const healthy = {
    '/_matrix/client/versions': [200, { versions: ['r0.6.1', 'v1.1', 'v1.12'] }, { server: 'Synapse/1.163.0' }],
    'GET /_matrix/client/v3/login': [200, { flows: [{ type: 'm.login.password' }] }],
    'POST /_matrix/client/v3/login': [200, { access_token: 'CANARY' }],
    '/_matrix/client/v3/keys/query': [200, { master_keys: { [USER]: {} } }],
    [`/_matrix/client/v3/user/${encodeURIComponent(USER)}/openid/request_token`]: [200, { access_token: 'CANARY' }],
    '/_matrix/client/v3/logout': [200, {}],
    '/_matrix/federation/v1/openid/userinfo': [401, { errcode: 'M_UNKNOWN_TOKEN' }],
  } as const satisfies Answers;

  async function check(id: string, changes: Answers = {}): Promise<Outcome> {
    const { url } = await start(answering({ ...healthy, ...changes }));
    const matrix = { userId: USER, passwordFile: join(folder, 'secret') };
    const known = { homeserverUrl: url, allowedServers: { 'example.org': url }, oracle: oracleOf({ matrix }) };
    return await noSecret(runCheck(homeserverChecks(depsWith(known)), `homeserver.${id}`));
  }

  test.each(['reachable', 'version', 'account', 'openid'])('is healthy: %s', async (id) => {
    expect(await check(id)).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['reachable', { '/_matrix/client/versions': [200, { hello: 'world' }] }, 'failed', 'matrix.homeserverUrl'],
    ['reachable', { '/_matrix/client/versions': [502, {}] }, 'failed', 'matrix.homeserverUrl'],
    ['reachable', { '/_matrix/client/versions': [200, { versions: ['v1.2'] }] }, 'failed', 'Update the homeserver'],
    [
      'version',
      { '/_matrix/client/versions': [200, {}, { server: 'Synapse/1.99.0' }] },
      'warning',
      'Update it to 1.163',
    ],
    [
      'account',
      { 'GET /_matrix/client/v3/login': [200, { flows: [{ type: 'm.login.sso' }] }] },
      'failed',
      'm.login.password',
    ],
    [
      'account',
      { 'POST /_matrix/client/v3/login': [403, { errcode: 'M_FORBIDDEN' }] },
      'failed',
      'matrix.passwordFile',
    ],
    ['account', { '/_matrix/client/v3/keys/query': [404, {}] }, 'failed', 'End-to-end encryption'],
    [
      'account',
      { [`/_matrix/client/v3/user/${encodeURIComponent(USER)}/openid/request_token`]: [404, {}] },
      'failed',
      'OpenID',
    ],
    ['openid', { '/_matrix/federation/v1/openid/userinfo': [404, {}] }, 'failed', 'resource "openid"'],
  ] as const)('%s: %j is %s', async (id, changes, status, mend) => {
    expect(await check(id, changes)).toMatchObject({ status, mend: expect.stringContaining(mend) as string });
  });

  test('is skipped when it limits logins, and the session of the check is ended', async () => {
    const asked: string[] = [];
    const answer = answering(healthy);
    const { url } = await start((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answer(request, response);
    });
    const matrix = { userId: USER, passwordFile: join(folder, 'secret') };
    const deps = depsWith({ homeserverUrl: url, oracle: oracleOf({ matrix }) });
    await runCheck(homeserverChecks(deps), 'homeserver.account');
    expect(asked.at(-1)).toBe('POST /_matrix/client/v3/logout');
    expect(await check('account', { 'POST /_matrix/client/v3/login': [429, {}] })).toMatchObject({ status: 'skipped' });
  });

  test('that is away fails once and is skipped elsewhere', async () => {
    const checks = homeserverChecks(depsWith({ homeserverUrl: await closedUrl() }));
    const mend = expect.stringContaining('See that the homeserver runs') as string;
    expect(await runCheck(checks, 'homeserver.reachable')).toMatchObject({ status: 'failed', mend });
    expect(await runCheck(checks, 'homeserver.account')).toMatchObject({ status: 'skipped' });
  });
});

describe('the backend', () => {
  const ORIGIN = 'https://app.example.org';
  const headers = {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000',
  };
  const healthy = {
    '/healthz': [200, { status: 'ok' }, headers],
    '/readyz': [200, { status: 'ready' }],
    'OPTIONS /join-token': [
      204,
      '',
      { 'access-control-allow-origin': ORIGIN, 'access-control-allow-headers': 'Authorization,Content-Type' },
    ],
    '/agent/claim': [400, {}],
  } as const satisfies Answers;

  async function check(id: string, changes: Answers = {}): Promise<Outcome> {
    const { url, port } = await start(answering({ ...healthy, ...changes }));
    const known: Partial<Installation> = {
      backendUrl: url,
      webOrigins: [ORIGIN],
      oracleDid: 'did:ixo:oracle456',
      backendConfig: backendOf({ listen: { host: '127.0.0.1', port } }),
      agentConfig: agentOf({ apiKeyFile: join(folder, 'secret') }),
    };
    return await noSecret(runCheck(backendChecks(depsWith(known)), `backend.${id}`));
  }

  test.each(['health', 'readiness', 'cors', 'headers', 'api-key', 'port'])('is healthy: %s', async (id) => {
    expect(await check(id)).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['health', { '/healthz': [404, {}] }, 'failed', 'base address'],
    ['readiness', { '/readyz': [503, { issues: ['sfu', 'matrix'] }] }, 'failed', 'sfu.apiUrl'],
    ['readiness', { '/readyz': [503, {}] }, 'failed', 'see its log'],
    ['readiness', { '/readyz': [503, { issues: ['draining'] }] }, 'failed', 'start it again'],
    ['readiness', { '/readyz': [404, {}] }, 'failed', 'oracles in backend.json'],
    ['cors', { 'OPTIONS /join-token': [204, ''] }, 'failed', 'corsOrigins'],
    ['cors', { 'OPTIONS /join-token': [204, '', { 'access-control-allow-origin': ORIGIN }] }, 'failed', 'corsOrigins'],
    ['cors', { 'OPTIONS /join-token': [204, '', { 'access-control-allow-origin': '*' }] }, 'failed', 'corsOrigins'],
    ['headers', { '/healthz': [200, { status: 'ok' }] }, 'warning', 'the proxy in front'],
    ['api-key', { '/agent/claim': [401, {}] }, 'failed', 'agentKeys'],
    ['port', { '/healthz': [404, {}] }, 'failed', 'change listen.port'],
  ] as const)('%s: %j is %s', async (id, changes, status, mend) => {
    expect(await check(id, changes)).toMatchObject({ status, mend: expect.stringContaining(mend) as string });
  });

  test('is healthy at an address that ends with a slash', async () => {
    const { url } = await start(answering(healthy));
    const checks = backendChecks(depsWith({ backendUrl: `${url}/` }));
    expect(await runCheck(checks, 'backend.health')).toMatchObject({ status: 'ok' });
  });

  test('that is away fails once and is skipped elsewhere; its port is free', async () => {
    const url = await closedUrl();
    const backendConfig = backendOf({ listen: { host: '127.0.0.1', port: Number(new URL(url).port) } });
    const checks = backendChecks(depsWith({ backendUrl: url, backendConfig, webOrigins: [ORIGIN] }));
    const mend = expect.stringContaining('Start the backend') as string;
    expect(await runCheck(checks, 'backend.health')).toMatchObject({ status: 'failed', mend });
    expect(await runCheck(checks, 'backend.cors')).toMatchObject({ status: 'skipped' });
    expect(await runCheck(checks, 'backend.port')).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('free') as string,
    });
  });

  test('cannot listen on an address of another machine', async () => {
    const backendConfig = backendOf({ listen: { host: '192.0.2.1', port: 8080 } });
    expect(await runCheck(backendChecks(depsWith({ backendConfig })), 'backend.port')).toMatchObject({
      status: 'failed',
      mend: 'Correct listen.host.',
    });
  });
});

describe('a clock', () => {
  const clockOf =
    (skewMs: number): RequestListener =>
    (_request, response) => {
      response.writeHead(200, { date: new Date(systemClock.now() + skewMs).toUTCString() }).end('{}');
    };

  test.each([
    [0, 'ok'],
    [-20_000, 'warning'],
    [30_000, 'warning'],
    [-120_000, 'failed'],
    [120_000, 'failed'],
  ] as const)('that is %i ms off is %s', async (skewMs, status) => {
    const { url } = await start(clockOf(skewMs));
    for (const id of ['homeserver', 'sfu', 'backend']) {
      const known = { homeserverUrl: url, sfuClientUrl: url.replace('http', 'ws'), backendUrl: url };
      const outcome = await runCheck(clockChecks(depsWith(known)), `clocks.${id}`);
      expect(outcome).toMatchObject({ status });
      if ('mend' in outcome) expect(outcome.mend).toContain('NTP');
    }
  });

  test('of a server that is away is skipped', async () => {
    const checks = clockChecks(depsWith({ homeserverUrl: await closedUrl() }));
    expect(await runCheck(checks, 'clocks.homeserver')).toMatchObject({ status: 'skipped' });
    expect(await runCheck(checks, 'clocks.sfu')).toMatchObject({ status: 'skipped' });
  });
});

describe('the way to a server', () => {
  const judge = (url: string, now = systemClock.now()): Promise<Outcome> => judgeTransport(url, now, never);

  test.each(['http://calls.example.org', 'ws://sfu.example.org'])('%s is refused: browsers do', async (url) => {
    expect(await judge(url)).toMatchObject({
      status: 'failed',
      mend: expect.stringContaining('proxy with a certificate') as string,
    });
  });

  test('may be open on this machine', async () => {
    expect(await judge('ws://127.0.0.1:7880')).toMatchObject({ status: 'skipped' });
  });

  test('is not accepted with a certificate by somebody unknown', async () => {
    const { url } = await start(() => undefined, createTestCertificates('localhost').server);
    const outcome = await judge(url.replace('127.0.0.1', 'localhost'));
    expect(outcome).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('signed by somebody unknown') as string,
    });
  });

  test('is good with a certificate that is trusted, and a warning shortly before its end', async () => {
    const { caCert, server } = createTestCertificates('localhost');
    const url = (await start(() => undefined, server)).url.replace('127.0.0.1', 'localhost');
    const at = (daysAgo: number): Promise<Outcome> =>
      judgeTransport(url, systemClock.now() - daysAgo * 24 * 60 * 60_000, never, caCert);
    // The certificate is good for a day from now.
    expect(await at(0)).toMatchObject({ status: 'warning', mend: expect.stringContaining('Renew it') as string });
    expect(await at(30)).toMatchObject({ status: 'ok', detail: expect.stringContaining('30 days') as string });
  });

  test('is not accepted with a certificate for another name', async () => {
    const { caCert, server } = createTestCertificates('other.example');
    const { url } = await start(() => undefined, server);
    const outcome = await judgeTransport(url.replace('127.0.0.1', 'localhost'), systemClock.now(), never, caCert);
    expect(outcome).toMatchObject({ status: 'failed', detail: expect.stringContaining('for another name') as string });
  });

  test('fails where nobody speaks TLS, or nobody at all', async () => {
    const { url } = await start(() => undefined);
    expect(await judge(url.replace('http', 'https'))).toMatchObject({ status: 'failed' });
    expect(await judge((await closedUrl()).replace('http', 'wss'))).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('nobody listens there') as string,
    });
  });
});

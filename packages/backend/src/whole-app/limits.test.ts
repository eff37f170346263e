import { createSfuRoomName } from '@oracle-calls/protocol';
import { afterEach, expect, test } from 'vitest';
import { REQUEST_DEADLINE_MS } from '../http/request-deadline.ts';
import type { RateLimitOptions } from '../rate-limits/rate-limits.ts';
import { AGENT_KEY, ALICE, expectProblem, MALLORY, TestBackend, type ApiAnswer } from './test-backend.ts';

let backend: TestBackend;
afterEach(() => backend[Symbol.asyncDispose]());

const CLIENT = '203.0.113.5';
const NEIGHBOUR = '203.0.113.6';
const PROXY = '10.0.0.1';

async function start(rateLimits: Partial<RateLimitOptions>): Promise<void> {
  backend = await TestBackend.start({ http: { rateLimits, trustedProxies: [PROXY] } });
}

function expectLimited(answer: ApiAnswer): void {
  expectProblem(answer, 429, 'ERR_RATE_LIMITED');
  expect(answer.body).toMatchObject({ retryable: true });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
}

const two = { count: 2, seconds: 60 };

test('requests of one address are limited, known or unknown routes alike, and those of others are not', async () => {
  await start({ address: two });
  const ask = (path: string, peer: string): Promise<ApiAnswer> => backend.request('GET', path, { peer });
  await ask('/nothing', CLIENT);
  await ask('/calls', CLIENT);
  expectLimited(await ask('/readyz', CLIENT));
  expectLimited(await ask('/api/calls', CLIENT));
  expect((await ask('/readyz', NEIGHBOUR)).status).toBe(200);
});

test('the life sign is always given', async () => {
  await start({ address: two });
  for (let turn = 0; turn < 5; turn += 1) {
    expect((await backend.request('GET', '/healthz', { peer: CLIENT })).status).toBe(200);
    expect((await backend.request('GET', '/api/healthz', { peer: CLIENT })).status).toBe(200);
  }
});

test('behind a trusted proxy each client counts for itself, and writing the header oneself changes nothing', async () => {
  await start({ address: two });
  const ask = (peer: string, forwardedFor: string): Promise<ApiAnswer> =>
    backend.request('GET', '/readyz', { peer, headers: { 'x-forwarded-for': forwardedFor } });
  for (let turn = 0; turn < 2; turn += 1) await ask(PROXY, CLIENT);
  expectLimited(await ask(PROXY, CLIENT));
  expect((await ask(PROXY, NEIGHBOUR)).status).toBe(200);
  for (let turn = 0; turn < 2; turn += 1) await ask('198.51.100.9', `192.0.2.${String(turn)}`);
  expectLimited(await ask('198.51.100.9', '192.0.2.200'));
});

test('requests of one user are limited from wherever they come', async () => {
  await start({ user: two });
  const [alice, mallory] = [await backend.session(ALICE), await backend.session(MALLORY)];
  const ask = (token: string, peer: string): Promise<ApiAnswer> => backend.request('GET', '/calls', { token, peer });
  await ask(alice, CLIENT);
  await ask(alice, NEIGHBOUR);
  expectLimited(await ask(alice, '198.51.100.9'));
  expect((await ask(mallory, CLIENT)).status).toBe(200);
});

test('one user cannot call agent after agent: join tokens are limited, and nobody else waits', async () => {
  await start({ joinToken: two });
  for (let turn = 0; turn < 2; turn += 1) expect((await backend.join(ALICE, createSfuRoomName())).status).toBe(200);
  const dispatched = backend.sfu.log.length;
  expectLimited(await backend.join(ALICE, createSfuRoomName()));
  expect(backend.sfu.log).toHaveLength(dispatched);
  expect((await backend.join(MALLORY, createSfuRoomName())).status).toBe(200);
});

test('requests under one agent key are limited', async () => {
  await start({ agentKey: two });
  const { callId } = await backend.placeCall();
  expect((await backend.key(callId)).status).toBe(200);
  expect((await backend.key(callId)).status).toBe(200);
  expectLimited(await backend.key(callId));
  expect((await backend.key(callId, `${AGENT_KEY}-2`)).status).toBe(200);
});

test('whoever guesses bearer tokens is stopped, also with a right one, and nobody else is', async () => {
  await start({ failedAuthentication: two });
  const { callId } = await backend.placeCall();
  const ask = (token: string, peer: string): Promise<ApiAnswer> =>
    backend.request('GET', `/calls/${callId}/key`, { token, peer });
  expectProblem(await ask('a-guess-of-a-key', CLIENT), 401, 'ERR_AUTH_INVALID');
  expectProblem(await ask('another-guess-of-one', CLIENT), 401, 'ERR_AUTH_INVALID');
  expectLimited(await ask(AGENT_KEY, CLIENT));
  expect((await ask(AGENT_KEY, NEIGHBOUR)).status).toBe(200);
});

test('a missing credential and an expired one are no guesses', async () => {
  await start({ failedAuthentication: two });
  const token = await backend.session(ALICE);
  await backend.pass(2 * 60 * 60_000);
  for (let turn = 0; turn < 4; turn += 1) {
    expectProblem(await backend.request('GET', '/calls', { peer: CLIENT }), 401, 'ERR_AUTH_MISSING');
    expectProblem(await backend.request('GET', '/calls', { token, peer: CLIENT }), 401, 'ERR_AUTH_EXPIRED');
  }
});

test('OpenID tokens that are no good are guesses too', async () => {
  await start({ failedAuthentication: two });
  for (let turn = 0; turn < 2; turn += 1) expectProblem(await backend.exchange('guess'), 401, 'ERR_AUTH_INVALID');
  expectLimited(await backend.exchange(backend.openIdTokenOf(ALICE)));
  expect(backend.homeserver.asked).toHaveLength(2);
});

test('exchanges of one address are limited before a homeserver is asked', async () => {
  await start({ sessionExchange: two });
  for (let turn = 0; turn < 2; turn += 1) {
    expect((await backend.exchange(backend.openIdTokenOf(ALICE))).status).toBe(200);
  }
  expectLimited(await backend.exchange(backend.openIdTokenOf(ALICE)));
  expect(backend.homeserver.asked).toHaveLength(2);
});

test('webhooks that are signed are never limited, others are', async () => {
  await start({ address: two });
  for (let turn = 0; turn < 5; turn += 1) {
    expect((await backend.webhook({ id: `EV_${String(turn)}`, event: 'room_started' })).status).toBe(204);
  }
  const wrong = 'another-secret-that-is-long-enough-as-well';
  const event = { id: 'EV_x', event: 'room_started' };
  for (let turn = 0; turn < 2; turn += 1) expectProblem(await backend.webhook(event, wrong), 401, 'ERR_AUTH_INVALID');
  expectLimited(await backend.webhook(event, wrong));
  expect((await backend.webhook(event)).status).toBe(204);
});

test('a request that takes too long is answered, and its work is let go', async () => {
  await start({});
  let signal: AbortSignal | undefined;
  const { agentDesk } = backend.backend;
  agentDesk.key = (request) => {
    signal = request.signal;
    return new Promise(() => undefined);
  };
  const answer = backend.key('$event@room');
  for (let turn = 0; turn < 100 && signal === undefined; turn += 1) await backend.httpClock.settle();
  await backend.httpClock.advance(REQUEST_DEADLINE_MS - 1);
  expect(signal?.aborted).toBe(false);
  await backend.httpClock.advance(1);
  expectProblem(await answer, 504, 'ERR_UPSTREAM_TIMEOUT');
  expect(signal?.reason).toMatchObject({ code: 'ERR_UPSTREAM_TIMEOUT' });
});

test('a request that was answered leaves no deadline behind', async () => {
  await start({});
  expect((await backend.request('GET', '/readyz')).status).toBe(200);
  expectProblem(await backend.request('GET', '/calls'), 401, 'ERR_AUTH_MISSING');
  expect(backend.httpClock.pendingTimers).toBe(0);
});

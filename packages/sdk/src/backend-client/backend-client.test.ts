import {
  BearerSecret,
  createCallId,
  ERROR_TABLE,
  OracleCallError,
  parseMatrixEventId,
  parseSfuRoomName,
  toProblem,
  type ErrorCode,
} from '@oracle-calls/protocol';
import { parseDid } from '@oracle-calls/protocol/did';
import { FakeClock } from '@oracle-calls/testing';
import { expect, test } from 'vitest';
import { createBackendClient } from './backend-client.ts';
import { parseBackendUrl, REQUEST_TIMEOUT_MS, RESPONSE_MAX_LENGTH, type Fetch } from './http.ts';
import { RETRY_POLICY, retryDelayMs } from './retry.ts';

const oracleDid = parseDid('did:ixo:oracle456');
const sfuRoomName = parseSfuRoomName('lk-room');
const callId = createCallId(parseMatrixEventId('$event'), sfuRoomName);
const { signal } = new AbortController();
const CANARY = 'canary-session-token';

const ok = (body: object): Response => Response.json(body);
const problem = (code: ErrorCode): Response =>
  Response.json(toProblem(new OracleCallError(code)), { status: ERROR_TABLE[code].httpStatus ?? 500 });

interface Request {
  readonly path: string;
  readonly init: RequestInit;
  readonly body: unknown;
}

/** A backend whose answers are scripted per path; the session endpoint always works unless scripted. */
function setUp(script: Record<string, (() => Response | Promise<Response>)[]> = {}) {
  const clock = new FakeClock();
  const requests: Request[] = [];
  let tokens = 0;
  let openIds = 0;
  const joinToken = {
    url: 'ws://127.0.0.1:7880',
    joinToken: 'join',
    identity: 'me',
    expiresAt: '2026-01-01T10:10:00Z',
  };
  const fetch: Fetch = async (url, init) => {
    const path = new URL(url).pathname;
    requests.push({ path, init, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined });
    const scripted = script[path]?.shift();
    if (scripted !== undefined) {
      const answer = await scripted();
      return answer;
    }
    if (path !== '/auth/session') return ok(joinToken);
    tokens += 1;
    const expiresAt = new Date(clock.now() + 3_600_000).toISOString();
    return ok({ sessionToken: `${CANARY}-${tokens}`, userId: '@alice:localhost', expiresAt });
  };
  const client = createBackendClient({
    backendUrl: 'http://127.0.0.1:8080/',
    clock,
    fetch,
    random: () => 0.5,
    requestOpenIdToken: async () => {
      openIds += 1;
      return { access_token: `openid-${openIds}`, matrix_server_name: 'localhost' };
    },
  });
  const paths = () => requests.map(({ path }) => path);
  return { client, clock, requests, paths, openIds: () => openIds };
}

const bearerOf = ({ init }: Request): string | null => new Headers(init.headers).get('authorization');

test('a join token is asked with a session token got by the Matrix OpenID token', async () => {
  const { client, requests } = setUp();
  const invitation = await client.requestJoinToken(sfuRoomName, oracleDid, { signal });
  expect(invitation.identity).toBe('me');
  expect(invitation.joinToken).toBeInstanceOf(BearerSecret);
  expect(requests.map(({ path, body }) => [path, body])).toEqual([
    ['/auth/session', { openIdToken: { access_token: 'openid-1', matrix_server_name: 'localhost' } }],
    ['/join-token', { roomId: 'lk-room', oracleDid }],
  ]);
  expect(requests.map(bearerOf)).toEqual([null, `Bearer ${CANARY}-1`]);
});

test('a request of a call names its trace, and signing in, which is of no call, names none', async () => {
  const { client, requests } = setUp();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  await client.requestJoinToken(sfuRoomName, oracleDid, { signal, traceparent });
  await client.endCall(callId, 'hangup', { signal, traceparent });
  const traces = requests.map(({ init }) => new Headers(init.headers).get('traceparent'));
  expect(traces).toEqual([null, traceparent, traceparent]);
});

test('the session token is shared by requests side by side and kept until shortly before it expires', async () => {
  const { client, clock, openIds } = setUp();
  await Promise.all([1, 2, 3].map(() => client.requestJoinToken(sfuRoomName, oracleDid, { signal })));
  expect(openIds()).toBe(1);
  await clock.advance(3_600_000 - 31_000);
  await client.prepare({ signal });
  expect(openIds()).toBe(1);
  await clock.advance(2_000);
  await client.prepare({ signal });
  expect(openIds()).toBe(2);
});

test('one asker that gives up does not take the session token from the others', async () => {
  const held = Promise.withResolvers<Response>();
  const { client, clock } = setUp({ '/auth/session': [() => held.promise] });
  const impatient = new AbortController();
  const first = client.prepare({ signal: impatient.signal });
  const second = client.prepare({ signal });
  impatient.abort(new Error('never mind'));
  await expect(first).rejects.toThrow('never mind');
  held.resolve(
    ok({ sessionToken: 't', userId: '@alice:localhost', expiresAt: new Date(clock.now() + 60_000).toISOString() }),
  );
  await expect(second).resolves.toBeUndefined();
});

test.each(['ERR_AUTH_EXPIRED', 'ERR_AUTH_INVALID'] as const)(
  'a session token refused as %s is replaced once',
  async (code) => {
    const { client, requests } = setUp({ '/join-token': [() => problem(code)] });
    await client.requestJoinToken(sfuRoomName, oracleDid, { signal });
    expect(requests.map(bearerOf)).toEqual([null, `Bearer ${CANARY}-1`, null, `Bearer ${CANARY}-2`]);
  },
);

test('a second refusal of the session token is told', async () => {
  const refuse = () => problem('ERR_AUTH_INVALID');
  const { client, requests } = setUp({ '/join-token': [refuse, refuse, refuse] });
  await expect(client.requestJoinToken(sfuRoomName, oracleDid, { signal })).rejects.toMatchObject({
    code: 'ERR_AUTH_INVALID',
  });
  expect(requests).toHaveLength(4);
});

test('a retryable problem is tried again as the same request, later and later', async () => {
  const busy = () => problem('ERR_UPSTREAM_BUSY');
  const { client, clock, requests } = setUp({ '/join-token': [busy, busy] });
  const answer = client.requestJoinToken(sfuRoomName, oracleDid, { signal });
  await clock.advance(10_000);
  await expect(answer).resolves.toMatchObject({ identity: 'me' });
  const bodies = requests.filter(({ path }) => path === '/join-token').map(({ body }) => body);
  expect(bodies).toEqual([bodies[0], bodies[0], bodies[0]]);
});

test('a problem that is not retryable is told at once', async () => {
  const { client, paths } = setUp({ '/join-token': [() => problem('ERR_AUTH_FORBIDDEN')] });
  await expect(client.requestJoinToken(sfuRoomName, oracleDid, { signal })).rejects.toMatchObject({
    code: 'ERR_AUTH_FORBIDDEN',
  });
  expect(paths()).toEqual(['/auth/session', '/join-token']);
});

test('retrying is bounded', async () => {
  const busy = () => problem('ERR_UPSTREAM_BUSY');
  const { client, clock, paths } = setUp({ '/join-token': Array.from({ length: 20 }, () => busy) });
  const answer = client.requestJoinToken(sfuRoomName, oracleDid, { signal });
  const outcome = expect(answer).rejects.toMatchObject({ code: 'ERR_UPSTREAM_BUSY' });
  await clock.advance(60_000);
  await outcome;
  expect(paths().filter((path) => path === '/join-token')).toHaveLength(RETRY_POLICY.attempts);
});

test('a backend that takes no new calls is asked again, in case another answers, and then told as such', async () => {
  const draining = () => problem('ERR_UPSTREAM_DRAINING');
  const { client, clock } = setUp({ '/join-token': Array.from({ length: 20 }, () => draining) });
  const answer = client.requestJoinToken(sfuRoomName, oracleDid, { signal });
  const outcome = expect(answer).rejects.toMatchObject({ code: 'ERR_UPSTREAM_DRAINING', retryable: true });
  await clock.advance(60_000);
  await outcome;
  const one = setUp({ '/join-token': [draining] });
  const later = one.client.requestJoinToken(sfuRoomName, oracleDid, { signal });
  await one.clock.advance(10_000);
  await expect(later).resolves.toMatchObject({ identity: 'me' });
});

test('an unreachable backend is ERR_UPSTREAM_BACKEND, after retries', async () => {
  const down = () => Promise.reject(new TypeError('fetch failed'));
  const { client, clock } = setUp({ '/join-token': Array.from({ length: 9 }, () => down) });
  const answer = client.requestJoinToken(sfuRoomName, oracleDid, { signal });
  const outcome = expect(answer).rejects.toMatchObject({ code: 'ERR_UPSTREAM_BACKEND' });
  await clock.advance(60_000);
  await outcome;
});

test('a request that hangs is ERR_UPSTREAM_TIMEOUT after its bound, and is aborted', async () => {
  const hang = () => new Promise<Response>(() => undefined);
  const clock = new FakeClock();
  const signals: (AbortSignal | null | undefined)[] = [];
  const client = createBackendClient({
    backendUrl: 'https://oracle.example',
    clock,
    fetch: (_url, init) => {
      signals.push(init.signal);
      return Promise.race([
        hang(),
        new Promise<never>((_, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
      ]);
    },
    retryPolicy: { ...RETRY_POLICY, attempts: 1 },
    requestOpenIdToken: async () => ({ access_token: 'x', matrix_server_name: 'localhost' }),
  });
  const outcome = expect(client.prepare({ signal })).rejects.toMatchObject({ code: 'ERR_UPSTREAM_TIMEOUT' });
  await clock.advance(REQUEST_TIMEOUT_MS);
  await outcome;
  expect(signals.map((one) => one?.aborted)).toEqual([true]);
  expect(clock.pendingTimers).toBe(0);
});

test('an abort ends a retry in its wait with its own reason', async () => {
  const busy = () => problem('ERR_UPSTREAM_BUSY');
  const { client, clock } = setUp({ '/join-token': Array.from({ length: 9 }, () => busy) });
  const controller = new AbortController();
  const outcome = expect(
    client.requestJoinToken(sfuRoomName, oracleDid, { signal: controller.signal }),
  ).rejects.toThrow('changed my mind');
  await clock.settle();
  controller.abort(new Error('changed my mind'));
  await outcome;
  expect(clock.pendingTimers).toBe(0);
});

test('an answer that is no problem document is not taken for one', async () => {
  const { client } = setUp({ '/join-token': [() => new Response('<html>', { status: 418 })] });
  await expect(client.requestJoinToken(sfuRoomName, oracleDid, { signal })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_MALFORMED',
  });
});

test('an answer that does not fit the schema is ERR_PROTOCOL_MALFORMED', async () => {
  const { client } = setUp({ '/join-token': [() => ok({ url: 'nowhere' })] });
  await expect(client.requestJoinToken(sfuRoomName, oracleDid, { signal })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_MALFORMED',
  });
});

test('an answer beyond the limit is ERR_PROTOCOL_TOO_LARGE', async () => {
  const { client } = setUp({ '/join-token': [() => new Response('x'.repeat(RESPONSE_MAX_LENGTH + 1))] });
  await expect(client.requestJoinToken(sfuRoomName, oracleDid, { signal })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_TOO_LARGE',
  });
});

test('hanging up outlives the page, sends no cookie and follows no redirect', async () => {
  const { client, requests } = setUp({ '/calls/$event@lk-room/update': [() => ok({})] });
  await client.endCall(callId, 'hangup', { signal });
  expect(requests.at(-1)?.body).toEqual({ callStatus: 'ended', endReason: 'hangup' });
  expect(requests.at(-1)?.init).toMatchObject({ keepalive: true, credentials: 'omit', redirect: 'error' });
});

test.each(['ERR_CALL_ENDED', 'ERR_CALL_TRANSITION'] as const)(
  'hanging up a call that is over (%s) is no error',
  async (code) => {
    const { client } = setUp({ '/calls/$event@lk-room/update': [() => problem(code)] });
    await expect(client.endCall(callId, 'hangup', { signal })).resolves.toBeUndefined();
  },
);

test('no error of the backend client carries a token', async () => {
  const { client } = setUp({ '/join-token': [() => problem('ERR_AUTH_FORBIDDEN')] });
  const error: unknown = await client
    .requestJoinToken(sfuRoomName, oracleDid, { signal })
    .catch((cause: unknown) => cause);
  expect(JSON.stringify(error) + String(error)).not.toContain(CANARY);
});

test.each([
  'http://oracle.example',
  'ftp://127.0.0.1',
  'https://user@oracle.example',
  'https://oracle.example/?x',
  'nothing',
])('the address %s of a backend is refused', (url) => {
  expect(() => parseBackendUrl(url)).toThrow(expect.objectContaining({ code: 'ERR_DID_DOCUMENT' }));
});

test.each([
  ['https://oracle.example/calls/', 'https://oracle.example/calls'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://localhost:8080/', 'http://localhost:8080'],
])('the address %s of a backend is taken', (url, taken) => {
  expect(parseBackendUrl(url)).toBe(taken);
});

test('retry delays double up to their bound, half of each being random', () => {
  const delays = (random: number) => [1, 2, 3, 4, 5, 6].map((count) => retryDelayMs(count, () => random, RETRY_POLICY));
  expect(delays(0)).toEqual([125, 250, 500, 1_000, 1_000, 1_000]);
  expect(delays(1)).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
});

test('a question without a body is asked as it is, signed in, and once more after a refused token', async () => {
  const { client, requests } = setUp({
    '/calls': [() => problem('ERR_AUTH_EXPIRED'), () => ok({ calls: [] })],
    '/calls/$one@lk-room': [() => new Response(null, { status: 204 })],
  });
  await expect(client.ask('GET', '/calls?search=x', { signal })).resolves.toEqual({ calls: [] });
  await expect(client.ask('DELETE', '/calls/$one@lk-room', { signal })).resolves.toEqual({});
  const asked = requests.filter(({ path }) => path !== '/auth/session');
  expect(asked.map(({ init }) => [init.method, init.body])).toEqual([
    ['GET', undefined],
    ['GET', undefined],
    ['DELETE', undefined],
  ]);
  expect(asked.map(bearerOf)).toEqual([`Bearer ${CANARY}-1`, `Bearer ${CANARY}-2`, `Bearer ${CANARY}-2`]);
  expect(asked.map(({ init }) => new Headers(init.headers).has('content-type'))).toEqual([false, false, false]);
});

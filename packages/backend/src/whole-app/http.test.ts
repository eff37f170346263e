import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALL_ID_MAX_LENGTH, createJsonLogger } from '@oracle-calls/protocol';
import { API_PREFIX, REQUEST_MAX_BYTES, ROUTES } from '@oracle-calls/protocol/http';
import { createHttpApp } from '../http/create-http-app.ts';
import {
  AGENT_KEY,
  ALICE,
  expectMatrixError,
  expectProblem,
  ORACLE_DID,
  PAGE_ORIGIN,
  TestBackend,
} from './test-backend.ts';

const MATRIX_PATHS: readonly string[] = [ROUTES.sfuGet, ROUTES.getToken];

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test('an unknown path is a problem document', async () => {
  for (const path of ['/', '/nothing', '/calls/', '/api/api/calls', '/calls/$e@r/key/more', '/api']) {
    expectProblem(await backend.request('GET', path), 404, 'ERR_PROTOCOL_NOT_FOUND');
  }
});

test.each(['', API_PREFIX])('every route under %o refuses other methods', async (prefix) => {
  for (const path of Object.values(ROUTES)) {
    const answer = await backend.request('PUT', prefix + path.replace(':callId', '$e@r').replace(':ringId', '$e'));
    if (MATRIX_PATHS.includes(path)) expectMatrixError(answer, 405, 'M_UNRECOGNIZED');
    else expectProblem(answer, 405, 'ERR_PROTOCOL_METHOD');
    expect(answer.headers.get('allow')).toMatch(/^(GET|POST|GET, POST|DELETE|GET, DELETE|POST, DELETE)$/);
  }
});

test.each(['', API_PREFIX])('the routes of the architecture answer under %o', async (prefix) => {
  const token = await backend.session(ALICE);
  await backend.join(ALICE, (await backend.placeCall()).sfuRoomName);
  const call = await backend.placeCall();
  const path = `${prefix}/calls/${call.callId}`;
  expect((await backend.request('POST', `${path}/sync`, { token, json: {} })).status).toBe(200);
  expect((await backend.request('GET', `${path}/key`, { token: AGENT_KEY })).status).toBe(200);
  expect((await backend.request('POST', `${path}/key`, { token: AGENT_KEY, json: {} })).status).toBe(200);
  expect((await backend.request('GET', `${prefix}/calls`, { token })).status).toBe(200);
  const end = { token, json: { callStatus: 'ended' } };
  expect((await backend.request('POST', `${path}/update`, end)).status).toBe(200);
  expect((await backend.request('GET', `${prefix}/healthz`)).status).toBe(200);
  expect((await backend.request('GET', `${prefix}/readyz`)).status).toBe(200);
});

test('a call id may stand percent-encoded in a path', async () => {
  const { callId } = await backend.placeCall();
  const token = await backend.session(ALICE);
  const path = `/calls/${encodeURIComponent(callId)}/sync`;
  expect((await backend.request('POST', path, { token, json: {} })).status).toBe(200);
});

test.each([
  ['no parts', 'hello'],
  ['no event', '@room'],
  ['no room', '$event@'],
  ['two signs', '$event@room@room'],
  ['a space', '$event@ro%20om'],
  ['a slash', '$event@..%2f..%2froom'],
  ['a quote', "$event@room'--"],
  ['a null character', '$event@room%00'],
  ['broken escapes', '$event@room%ff%'],
  ['a script', '$event@%3Cscript%3E'],
  ['letters beyond ASCII', '$event@r%C3%B6om'],
  ['too many characters', `$${'e'.repeat(CALL_ID_MAX_LENGTH)}@room`],
])('a call id with %s is refused', async (_words, id) => {
  const token = await backend.session(ALICE);
  expectProblem(await backend.request('POST', `/calls/${id}/sync`, { token, json: {} }), 400, 'ERR_PROTOCOL_CALL_ID');
  expectProblem(await backend.key(id), 400, 'ERR_PROTOCOL_CALL_ID');
  const update = { token, json: { callStatus: 'ended' } };
  expectProblem(await backend.request('POST', `/calls/${id}/update`, update), 400, 'ERR_PROTOCOL_CALL_ID');
});

test('the call id in the body of a sync must be the one in the path', async () => {
  const [one, other] = [await backend.placeCall(), await backend.placeCall()];
  const token = await backend.session(ALICE);
  const path = `/calls/${one.callId}/sync`;
  const answer = await backend.request('POST', path, { token, json: { callId: other.callId } });
  expectProblem(answer, 400, 'ERR_PROTOCOL_CALL_ID');
  expect(await backend.statusOf(one)).toBe('pending');
  const json = { callId: one.callId, sessionId: one.content['sessionId'] };
  expect((await backend.request('POST', path, { token, json })).status).toBe(200);
});

test('a body over the limit is refused before it is read, whether its length is told or not', async () => {
  const token = await backend.session(ALICE);
  const body = JSON.stringify({ roomId: 'x'.repeat(REQUEST_MAX_BYTES) });
  const headers = { 'content-type': 'application/json' };
  const told = { ...headers, 'content-length': String(body.length) };
  expectProblem(
    await backend.request('POST', '/join-token', { token, body, headers: told }),
    413,
    'ERR_PROTOCOL_TOO_LARGE',
  );
  const response = await backend.app.request('/join-token', {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: new Blob([body]).stream(),
    duplex: 'half',
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: 'ERR_PROTOCOL_TOO_LARGE' });
});

test('a body that does not fit names the fields and never their values', async () => {
  const token = await backend.session(ALICE);
  const json = { roomId: 'secret room/', oracleDid: 'secret-did' };
  const answer = await backend.request('POST', '/join-token', { token, json });
  expectProblem(answer, 400, 'ERR_PROTOCOL_MALFORMED');
  expect(answer.body).toMatchObject({ issues: ['roomId: an SFU room name expected', 'oracleDid: a DID expected'] });
  expect(JSON.stringify(answer.body)).not.toContain('secret');
});

test.each([
  ['no JSON', 'hello', 'application/json'],
  ['JSON under another type', '{"callStatus":"ended"}', 'text/plain'],
  ['a list', '[]', 'application/json'],
  ['nothing', '', 'application/json'],
])('a body with %s is malformed', async (_words, body, type) => {
  const call = await backend.placeCall();
  const answer = await backend.request('POST', `/calls/${call.callId}/update`, {
    token: await backend.session(ALICE),
    body,
    headers: { 'content-type': type },
  });
  expectProblem(answer, 400, 'ERR_PROTOCOL_MALFORMED');
  expect(await backend.statusOf(call)).toBe('pending');
});

test('pages of configured origins may call, others may not', async () => {
  const preflight = (origin: string) =>
    backend.request('OPTIONS', '/calls', {
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
  const allowed = await preflight(PAGE_ORIGIN);
  expect(allowed.headers.get('access-control-allow-origin')).toBe(PAGE_ORIGIN);
  expect(allowed.headers.get('access-control-allow-headers')).toBe('Authorization,Content-Type,traceparent');
  expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  const refused = await backend.request('GET', '/calls', { headers: { origin: PAGE_ORIGIN } });
  expectProblem(refused, 401, 'ERR_AUTH_MISSING');
  expect(refused.headers.get('access-control-allow-origin')).toBe(PAGE_ORIGIN);
});

test('no answer allows any origin or credentials, and caches are told that answers differ by origin', async () => {
  for (const origin of [PAGE_ORIGIN, 'https://evil.example', 'null', undefined]) {
    for (const [method, path] of [
      ['OPTIONS', '/calls'],
      ['GET', '/calls'],
      ['GET', '/nothing'],
      ['GET', '/healthz'],
      ['POST', '/auth/session'],
    ] as const) {
      const answer = await backend.request(method, path, { headers: origin === undefined ? {} : { origin } });
      const allowed = answer.headers.get('access-control-allow-origin');
      expect(allowed).toBe(origin === PAGE_ORIGIN ? PAGE_ORIGIN : null);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  }
});

test('every answer carries the security headers', async () => {
  const token = await backend.session(ALICE);
  for (const [method, path] of [
    ['GET', '/healthz'],
    ['GET', '/nothing'],
    ['GET', '/calls'],
    ['DELETE', '/calls'],
    ['OPTIONS', '/calls'],
    ['GET', '/openapi.json'],
  ] as const) {
    const { headers } = await backend.request(method, path, { token });
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('cache-control'), path).toBe('no-store');
    expect(headers.get('content-security-policy'), path).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('x-frame-options'), path).toBe('DENY');
    expect(headers.get('referrer-policy'), path).toBe('no-referrer');
    expect(headers.get('strict-transport-security'), path).toMatch(/^max-age=\d+$/);
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
  }
});

test('an unexpected error says nothing outside and is logged once', async () => {
  const lines: string[] = [];
  const app = createHttpApp({
    getBackend: () => {
      throw new TypeError('secret inside');
    },
    corsOrigins: [],
    logger: createJsonLogger((line) => lines.push(line), backend.clock),
  });
  const response = await app.request('/calls');
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    type: 'urn:oracle-calls:problem:internal',
    title: 'Something went wrong on our side.',
    status: 500,
    code: 'ERR_INTERNAL',
    retryable: false,
  });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', msg: 'request failed', code: 'ERR_INTERNAL' });
  expect(lines[0]).not.toContain('secret inside');
});

test('before the backend is open only /healthz answers well', async () => {
  const app = createHttpApp({ getBackend: () => undefined, corsOrigins: [] });
  expect((await app.request('/healthz')).status).toBe(200);
  for (const path of ['/readyz', '/calls']) {
    const response = await app.request(path);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'ERR_UPSTREAM_BUSY', retryable: true });
  }
});

test('/readyz names what is not ready', async () => {
  expect((await backend.request('GET', '/readyz')).body).toEqual({
    status: 'ready',
    oracles: [{ oracleDid: ORACLE_DID, status: 'ready' }],
  });
  backend.matrix.isHealthy = false;
  backend.sfu.isDown = true;
  const answer = await backend.request('GET', '/readyz');
  expectProblem(answer, 503, 'ERR_UPSTREAM_BUSY');
  expect(answer.body).toMatchObject({ issues: ['matrix', 'sfu'] });
  await backend.backend.store.close();
  backend.matrix.isHealthy = true;
  backend.sfu.isDown = false;
  expect((await backend.request('GET', '/readyz')).body).toMatchObject({ issues: ['database'] });
  expect((await backend.request('GET', '/healthz')).status).toBe(200);
});

test('an SFU that never answers is not ready', async () => {
  backend.sfu.ping = () => new Promise(() => undefined);
  const timers = backend.clock.pendingTimers;
  const asked = backend.request('GET', '/readyz');
  await backend.untilWaiting(timers);
  await backend.clock.advance(2_000);
  expect((await asked).body).toMatchObject({ code: 'ERR_UPSTREAM_BUSY', issues: ['sfu'] });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSfuRoomName } from '@oracle-calls/protocol';
import { API_PREFIX, sfuTokenResponseSchema } from '@oracle-calls/protocol/http';
import type { MatrixUserId } from '@oracle-calls/matrix/port';
import * as v from 'valibot';
import { JOIN_TOKEN_TTL_MS, OPEN_ROOMS_MAX } from '../join/join-service.ts';
import { RATE_LIMIT_DEFAULTS } from '../rate-limits/rate-limits.ts';
import {
  ALICE,
  ALICE_ROOM,
  expectMatrixError,
  MALLORY,
  OTHER_ORACLE_DID,
  PAGE_ORIGIN,
  TestBackend,
  type ApiAnswer,
} from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

const openId = (access_token: string) => ({
  access_token,
  token_type: 'Bearer',
  matrix_server_name: 'localhost',
  expires_in: 3600,
});

/** As a MatrixRTC client asks, with a fresh OpenID token. */
function ask(who: MatrixUserId, room: string, changes: object = {}, prefix = ''): Promise<ApiAnswer> {
  const body = { room, openid_token: openId(backend.openIdTokenOf(who)), device_id: 'ALICEPHONE', ...changes };
  return backend.request('POST', `${prefix}/sfu/get`, { json: body });
}

/** The newer shape. */
function askNewer(who: MatrixUserId, room: string, claimed: string = who): Promise<ApiAnswer> {
  const member = { id: 'a-uuid', claimed_user_id: claimed, claimed_device_id: 'ALICEPHONE' };
  const body = { room_id: room, slot_id: 'm.call#ROOM', openid_token: openId(backend.openIdTokenOf(who)), member };
  return backend.request('POST', '/get_token', { json: body });
}

/** The fake SFU writes into a token what it was asked for. */
function tokenIn({ status, body }: ApiAnswer): { room: string; identity: string; ttlMs: number; url: string } {
  expect(status).toBe(200);
  const { url, jwt } = v.parse(v.strictObject(sfuTokenResponseSchema.entries), body);
  const [room = '', identity = '', ttlMs] = jwt.split('/');
  return { room, identity, ttlMs: Number(ttlMs), url };
}

test.each(['', API_PREFIX])(
  'POST %s/sfu/get lets into a new SFU room, calls the agent and says nothing of who asks',
  async (prefix) => {
    const sfuRoomName = createSfuRoomName();
    const token = tokenIn(await ask(ALICE, sfuRoomName, {}, prefix));
    expect(token).toMatchObject({ room: sfuRoomName, ttlMs: JOIN_TOKEN_TTL_MS, url: 'ws://sfu.example:7880' });
    expect(token.identity).toMatch(/^u-[0-9a-f]{32}$/);
    expect(backend.sfu.log).toEqual([`create ${sfuRoomName}`]);
    expect(backend.ticketOf(sfuRoomName)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  },
);

test('the room may be named by the call, by its Matrix room or by its SFU room, in both shapes', async () => {
  const call = await backend.placeCall();
  const { identity } = await backend.joinBoth(ALICE, call.sfuRoomName);
  for (const room of [call.callId, ALICE_ROOM, call.sfuRoomName]) {
    expect(tokenIn(await ask(ALICE, room))).toMatchObject({ room: call.sfuRoomName, identity });
    expect(tokenIn(await askNewer(ALICE, room))).toMatchObject({ room: call.sfuRoomName, identity });
  }
  expect(backend.sfu.log).toEqual([`create ${call.sfuRoomName}`]);
});

test('a Matrix room stands for the newest call there that has not ended', async () => {
  const [first, second] = [await backend.placeCall(), await backend.placeCall()];
  expect(tokenIn(await ask(ALICE, ALICE_ROOM)).room).toBe(second.sfuRoomName);
  await backend.update(second, await backend.session(ALICE), { callStatus: 'ended' });
  expect(tokenIn(await ask(ALICE, ALICE_ROOM)).room).toBe(first.sfuRoomName);
  await backend.update(first, await backend.session(ALICE), { callStatus: 'ended' });
  expectMatrixError(await ask(ALICE, ALICE_ROOM), 404, 'M_NOT_FOUND', 'ERR_CALL_NOT_FOUND');
});

test("nobody gets into another one's call, however it is named", async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  for (const room of [call.callId, ALICE_ROOM]) {
    expectMatrixError(await ask(MALLORY, room), 404, 'M_NOT_FOUND', 'ERR_CALL_NOT_FOUND');
    expectMatrixError(await askNewer(MALLORY, room), 404, 'M_NOT_FOUND', 'ERR_CALL_NOT_FOUND');
  }
  expectMatrixError(await ask(MALLORY, call.sfuRoomName), 409, 'M_FORBIDDEN', 'ERR_CALL_REPLAYED');
});

test('the call is over: no token', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  expectMatrixError(await ask(ALICE, call.callId), 410, 'M_NOT_FOUND', 'ERR_CALL_ENDED');
});

test('the homeserver must vouch for the token, be an allowed one, and name whom the client claims to be', async () => {
  const room = createSfuRoomName();
  const with_ = (openid_token: object) => ask(ALICE, room, { openid_token });
  expectMatrixError(await with_(openId('made-up')), 401, 'M_UNAUTHORIZED', 'ERR_AUTH_INVALID');
  const foreign = { ...openId('some-token'), matrix_server_name: 'elsewhere.example' };
  expectMatrixError(await with_(foreign), 403, 'M_FORBIDDEN', 'ERR_AUTH_HOMESERVER');
  expectMatrixError(await askNewer(MALLORY, room, ALICE), 401, 'M_UNAUTHORIZED', 'ERR_AUTH_INVALID');
  expect(backend.sfu.log).toEqual([]);
});

test('an OpenID token is good once, here and at /auth/session together', async () => {
  const once = openId(backend.openIdTokenOf(ALICE));
  expect((await ask(ALICE, createSfuRoomName(), { openid_token: once })).status).toBe(200);
  expectMatrixError(await ask(ALICE, createSfuRoomName(), { openid_token: once }), 401, 'M_UNAUTHORIZED');
  expect((await backend.exchange(once.access_token)).status).toBe(401);
});

test.each([
  ['no room', { room: undefined }],
  ['a room that is none of the three', { room: 'a room' }],
  ['a user for a room', { room: ALICE }],
  ['no OpenID token', { openid_token: undefined }],
  ['an OpenID token without its server', { openid_token: { access_token: 'x' } }],
  ['a device that is no text', { device_id: 7 }],
])('%s is M_BAD_JSON', async (_what, changes) => {
  expectMatrixError(await ask(ALICE, createSfuRoomName(), changes), 400, 'M_BAD_JSON', 'ERR_PROTOCOL_MALFORMED');
});

test('the limits of /join-token hold: open rooms, and requests', async () => {
  for (let n = 0; n < OPEN_ROOMS_MAX; n += 1) expect((await ask(ALICE, createSfuRoomName())).status).toBe(200);
  const tooMany = await ask(ALICE, createSfuRoomName());
  expectMatrixError(tooMany, 429, 'M_LIMIT_EXCEEDED', 'ERR_RATE_LIMITED');
  expect(tooMany.body).toHaveProperty('retry_after_ms');
  expect(tooMany.headers.get('retry-after')).toMatch(/^\d+$/);
});

test('the count of join tokens is one for both ways of asking', async () => {
  await backend[Symbol.asyncDispose]();
  const joinToken = { count: 2, seconds: 60 };
  backend = await TestBackend.start({ http: { rateLimits: { ...RATE_LIMIT_DEFAULTS, joinToken } } });
  const room = createSfuRoomName();
  expect((await backend.join(ALICE, room)).status).toBe(200);
  expect((await ask(ALICE, room)).status).toBe(200);
  expectMatrixError(await ask(ALICE, room), 429, 'M_LIMIT_EXCEEDED');
  expect((await backend.join(ALICE, room)).status).toBe(429);
});

test('an SFU that is away is a 502 as Matrix writes it', async () => {
  backend.sfu.isDown = true;
  expectMatrixError(await ask(ALICE, createSfuRoomName()), 502, 'M_UNKNOWN', 'ERR_UPSTREAM_SFU');
});

test('a body that is too large is refused as Matrix writes it', async () => {
  const answer = await ask(ALICE, 'x'.repeat(70_000));
  expectMatrixError(answer, 413, 'M_TOO_LARGE', 'ERR_PROTOCOL_TOO_LARGE');
});

test('a page of a named origin may ask', async () => {
  const headers = {
    origin: PAGE_ORIGIN,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  };
  for (const path of ['/sfu/get', '/get_token']) {
    const preflight = await backend.request('OPTIONS', path, { headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(PAGE_ORIGIN);
    const other = await backend.request('OPTIONS', path, { headers: { ...headers, origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('with several oracles a new SFU room must be asked for elsewhere, and a known one keeps its oracle', async () => {
  await backend[Symbol.asyncDispose]();
  backend = await TestBackend.start({ secondOracle: {} });
  const room = createSfuRoomName();
  expectMatrixError(await ask(ALICE, room), 400, 'M_BAD_JSON', 'ERR_PROTOCOL_MALFORMED');
  expect((await backend.join(ALICE, room, OTHER_ORACLE_DID)).status).toBe(200);
  expect(tokenIn(await ask(ALICE, room)).room).toBe(room);
  expect(backend.sfu.rooms.get(room)?.agentName).toBe('other-oracle');
});

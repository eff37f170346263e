import { afterEach, beforeEach, expect, test } from 'vitest';
import { SESSION_TTL_MS } from '../auth/session-service.ts';
import { AGENT_KEY, ALICE, expectProblem, TestBackend } from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test('POST /auth/session trades an OpenID token that the homeserver vouches for', async () => {
  const answer = await backend.exchange(backend.openIdTokenOf(ALICE));
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    sessionToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as string,
    userId: ALICE,
    expiresAt: new Date(backend.clock.now() + SESSION_TTL_MS).toISOString(),
  });
});

test('an OpenID token is exchanged once', async () => {
  const token = backend.openIdTokenOf(ALICE);
  expect((await backend.exchange(token)).status).toBe(200);
  expectProblem(await backend.exchange(token), 401, 'ERR_AUTH_INVALID');
  await backend.restart();
  expectProblem(await backend.exchange(token), 401, 'ERR_AUTH_INVALID');
  expect(backend.homeserver.asked).toHaveLength(1);
});

test('of two exchanges of one token at once, one succeeds', async () => {
  const token = backend.openIdTokenOf(ALICE);
  const answers = await Promise.all([backend.exchange(token), backend.exchange(token), backend.exchange(token)]);
  expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
});

test('an OpenID token that has expired at the homeserver is refused, and is not spent by it', async () => {
  expectProblem(await backend.exchange('expired-token'), 401, 'ERR_AUTH_INVALID');
  backend.homeserver.answers.set('expired-token', { status: 200, body: JSON.stringify({ sub: ALICE }) });
  expect((await backend.exchange('expired-token')).status).toBe(200);
});

test('a token of a homeserver that is not allowed is refused without asking anybody', async () => {
  expectProblem(await backend.exchange(backend.openIdTokenOf(ALICE), 'evil.example'), 403, 'ERR_AUTH_HOMESERVER');
  for (const name of ['127.0.0.1:80', 'constructor', 'LOCALHOST']) {
    expectProblem(await backend.exchange('some-token', name), 403, 'ERR_AUTH_HOMESERVER');
  }
  expect(backend.homeserver.asked).toEqual([]);
});

test.each([
  ['of another server', '@alice:evil.example'],
  ['of a server whose name begins like ours', '@alice:localhost.evil.example'],
  ['with a port', '@alice:localhost:8448'],
])('a homeserver cannot vouch for a user %s', async (_words, sub) => {
  backend.homeserver.answers.set('foreign', { status: 200, body: JSON.stringify({ sub }) });
  expectProblem(await backend.exchange('foreign'), 401, 'ERR_AUTH_INVALID');
});

test.each([
  ['no user id', { status: 200, body: '{"sub":"alice"}' }],
  ['an id with a line break', { status: 200, body: '{"sub":"@alice\\n:localhost"}' }],
  ['no JSON', { status: 200, body: 'hello' }],
  ['nothing', { status: 200, body: '' }],
  ['too much', { status: 200, body: JSON.stringify({ sub: ALICE, more: 'x'.repeat(5_000) }) }],
  ['an error', { status: 500, body: '{}' }],
  ['a rate limit', { status: 429, body: '{}' }],
])('a homeserver that answers with %s vouches for nobody', async (_words, answer) => {
  backend.homeserver.answers.set('token', answer);
  expectProblem(await backend.exchange('token'), 502, 'ERR_UPSTREAM_HOMESERVER');
});

test('a homeserver that sends us elsewhere is not followed', async () => {
  const good = backend.openIdTokenOf(ALICE);
  const location = `/_matrix/federation/v1/openid/userinfo?access_token=${good}`;
  backend.homeserver.answers.set('token', { status: 302, body: '', location });
  expectProblem(await backend.exchange('token'), 502, 'ERR_UPSTREAM_HOMESERVER');
  expect(backend.homeserver.asked).toHaveLength(1);
});

test('a session token is valid for an hour, over a restart too', async () => {
  const token = await backend.session(ALICE);
  await backend.pass(SESSION_TTL_MS - 1);
  await backend.restart();
  expect((await backend.request('GET', '/calls', { token })).status).toBe(200);
  await backend.pass(1);
  expectProblem(await backend.request('GET', '/calls', { token }), 401, 'ERR_AUTH_EXPIRED');
  await backend.pass(25 * 60 * 60_000);
  expectProblem(await backend.request('GET', '/calls', { token }), 401, 'ERR_AUTH_INVALID');
});

test.each([
  ['no credentials', undefined, 'ERR_AUTH_MISSING'],
  ['another scheme', 'Basic YWxpY2U6c2VjcmV0cGFzc3dvcmQ=', 'ERR_AUTH_INVALID'],
  ['an unknown token', `Bearer ${'x'.repeat(43)}`, 'ERR_AUTH_INVALID'],
  ['a nearly right API key', `Bearer ${AGENT_KEY.slice(0, -1)}6`, 'ERR_AUTH_INVALID'],
  ['a token with odd characters', "Bearer ' or 1=1 --------", 'ERR_AUTH_INVALID'],
  ['an endless token', `Bearer ${'x'.repeat(5_000)}`, 'ERR_AUTH_INVALID'],
] as const)('%s opens nothing', async (_words, authorization, code) => {
  const paths = [
    ['POST', '/join-token'],
    ['GET', '/calls'],
    ['POST', '/calls/$event@room/sync'],
    ['GET', '/calls/$event@room/key'],
    ['POST', '/calls/$event@room/key'],
    ['POST', '/calls/$event@room/update'],
    ['POST', '/agent/claim'],
  ] as const;
  for (const [method, path] of paths) {
    const answer = await backend.request(method, path, {
      headers: authorization === undefined ? {} : { authorization },
    });
    expectProblem(answer, 401, code);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  }
});

test('an agent is no user and a user is no agent', async () => {
  const token = await backend.session(ALICE);
  expectProblem(await backend.key('$event@room', token), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await backend.request('POST', '/agent/claim', { token, json: {} }), 403, 'ERR_AUTH_FORBIDDEN');
  for (const [method, path] of [
    ['POST', '/join-token'],
    ['GET', '/calls'],
    ['POST', '/calls/$e@r/sync'],
  ] as const) {
    expectProblem(await backend.request(method, path, { token: AGENT_KEY }), 403, 'ERR_AUTH_FORBIDDEN');
  }
});

import { BearerSecret } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import type { SessionTokens } from './kept-session.ts';
import { SessionFetch } from './session-fetch.ts';

const HOMESERVER = 'https://matrix.example.org';
const SYNC = `${HOMESERVER}/_matrix/client/v3/sync`;
const WITH_TOKEN = { headers: { authorization: 'Bearer stale' } };

const unknownToken = (isSoft = true) =>
  Response.json({ errcode: 'M_UNKNOWN_TOKEN', error: 'gone', soft_logout: isSoft }, { status: 401 });

/** A homeserver that renews tokens: each access token is good until the next. */
function homeserver({ expiresAt, isAway = false, isRefusing = false }: Partial<Record<string, unknown>> = {}) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const kept: SessionTokens[] = [];
  const server = { good: 'access-1', refresh: 'refresh-1', count: 1, isAway, isRefusing };
  const answer = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const token = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '');
    asked.push(`${url.pathname} ${token ?? '-'}`);
    if (!url.pathname.endsWith('/refresh')) {
      return token === server.good || url.origin !== HOMESERVER ? Response.json({}) : unknownToken();
    }
    if (server.isAway === true) throw new TypeError('network');
    const { refresh_token } = (await new Response(init?.body).json()) as { refresh_token: string };
    if (server.isRefusing === true || refresh_token !== server.refresh) return unknownToken();
    server.count += 1;
    server.good = `access-${server.count}`;
    server.refresh = `refresh-${server.count}`;
    return Response.json({ access_token: server.good, refresh_token: server.refresh, expires_in_ms: 300_000 });
  };
  const session = new SessionFetch({
    homeserverUrl: HOMESERVER,
    tokens: {
      accessToken: new BearerSecret('access-1', 'access token'),
      refreshToken: new BearerSecret('refresh-1', 'refresh token'),
      expiresAt: expiresAt as number | undefined,
    },
    clock,
    keep: (tokens) => Promise.resolve(void kept.push(tokens)),
    fetch: answer,
  });
  return { clock, asked, kept, server, session, fetch: session.fetch };
}

test('a token that has expired is renewed and the request is made again, once for all that waited', async () => {
  const { asked, kept, server, fetch } = homeserver();
  server.good = 'nothing';
  const answers = await Promise.all([fetch(SYNC, WITH_TOKEN), fetch(SYNC, WITH_TOKEN)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(asked.filter((line) => line.includes('/refresh'))).toHaveLength(1);
  expect(asked.at(-1)).toContain('access-2');
  expect(kept.map(({ accessToken }) => accessToken.expose())).toEqual(['access-2']);
});

test('a token that comes when the account has left the browser is kept nowhere; without that, it would be written again', async () => {
  for (const isForgotten of [true, false]) {
    const { kept, server, session, fetch } = homeserver();
    server.good = 'nothing';
    const answered = fetch(SYNC, WITH_TOKEN);
    if (isForgotten) await session.forget();
    expect((await answered).status).toBe(200);
    expect(kept).toHaveLength(isForgotten ? 0 : 1);
  }
});

test('a token that is about to expire is renewed before it is used', async () => {
  const { clock, asked, fetch } = homeserver({ expiresAt: new FakeClock().now() + 31_000 });
  await fetch(SYNC, WITH_TOKEN);
  expect(asked.at(-1)).toContain('access-1');
  await clock.advance(2_000);
  await fetch(SYNC, WITH_TOKEN);
  expect(asked.slice(1)).toEqual(['/_matrix/client/v3/refresh -', '/_matrix/client/v3/sync access-2']);
});

test('a session that the homeserver does not renew is over: the refusal is passed on', async () => {
  const { server, kept, fetch } = homeserver({ isRefusing: true });
  server.good = 'nothing';
  const response = await fetch(SYNC, WITH_TOKEN);
  expect(response.status).toBe(401);
  await expect(response.json()).resolves.toMatchObject({ errcode: 'M_UNKNOWN_TOKEN', soft_logout: true });
  expect(kept).toEqual([]);
});

test('a homeserver that is away ends no session: the request fails as the network does', async () => {
  const { server, fetch } = homeserver({ isAway: true });
  server.good = 'nothing';
  await expect(fetch(SYNC, WITH_TOKEN)).rejects.toThrow('network');
  server.isAway = false;
  expect((await fetch(SYNC, WITH_TOKEN)).status).toBe(200);
});

test('no token goes to another server, and none where none was asked for', async () => {
  const { asked, fetch } = homeserver({ expiresAt: 0 });
  await fetch('https://elsewhere.example/x', WITH_TOKEN);
  await fetch(`${HOMESERVER}/_matrix/client/versions`);
  expect(asked).toEqual(['/x stale', '/_matrix/client/versions -']);
});

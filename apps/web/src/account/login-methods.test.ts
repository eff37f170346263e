import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { fetchLoginMethods } from './login-methods.ts';

const ask = (answer: () => Response | Promise<Response>, clock = new FakeClock()) =>
  fetchLoginMethods('https://matrix.example.org', { clock, fetch: () => Promise.resolve(answer()) });
const flows = (...list: object[]) => ask(() => Response.json({ flows: list }));

test('a homeserver says what can be signed in with', async () => {
  const providers = [
    { id: 'oidc-company', name: 'Company', icon: 'mxc://x/y' },
    { id: 'oidc-other', name: 'Other' },
  ];
  await expect(
    flows({ type: 'm.login.password' }, { type: 'm.login.sso', identity_providers: providers }),
  ).resolves.toEqual({
    hasPassword: true,
    providers: [
      { id: 'oidc-company', name: 'Company' },
      { id: 'oidc-other', name: 'Other' },
    ],
  });
  await expect(flows({ type: 'm.login.password' }, { type: 'm.login.token' })).resolves.toEqual({
    hasPassword: true,
    providers: [],
  });
  await expect(flows({ type: 'm.login.sso' })).resolves.toEqual({
    hasPassword: false,
    providers: [{ id: undefined, name: undefined }],
  });
});

test('an answer that is none of a homeserver, and none at all, are told apart', async () => {
  await expect(ask(() => new Response('<html>'))).rejects.toMatchObject({ kind: 'no-homeserver' });
  await expect(ask(() => new Response('', { status: 502 }))).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(ask(() => Promise.reject(new TypeError('network')))).rejects.toMatchObject({ kind: 'unreachable' });
});

test('nobody waits for ever, and no timer is left', async () => {
  const clock = new FakeClock();
  const never = fetchLoginMethods('https://matrix.example.org', {
    clock,
    fetch: (_url, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  });
  const refused = expect(never).rejects.toMatchObject({ kind: 'unreachable' });
  await clock.advance(15_000);
  await refused;
  expect(clock.pendingTimers).toBe(0);
});

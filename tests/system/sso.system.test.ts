/** Signing in at a real OpenID Connect provider, and access tokens that end, both at a real homeserver over HTTP. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseWith } from '@oracle-calls/protocol';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOidcIssuer, type OidcIssuer } from '../../dev/oidc/oidc-issuer.ts';
import { startSynapse, type Synapse } from '../../dev/synapse/synapse.ts';
import { until } from './agent/until.ts';
import { HttpBrowser, type Reached } from './sso/http-browser.ts';

/** A page that the homeserver knows, and one that begins like it. Nobody asks for either. */
const PAGE_URL = 'http://127.0.0.1:5173/';
const OTHER_PAGE_URL = 'http://127.0.0.1:51730/';
/** Short, so that a test sees the end of a token soon. */
const REFRESHABLE_TOKEN_MS = 1_000;

let stateDir: string;
let issuer: OidcIssuer;
let synapse: Synapse;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-sso-'));
  synapse = await startSynapse({
    stateDir,
    refreshableTokenMs: REFRESHABLE_TOKEN_MS,
    async singleSignOn(callbackUrl) {
      issuer = await startOidcIssuer({ callbackUrl });
      return { ...issuer.client, pageUrls: [PAGE_URL] };
    },
  });
});

afterAll(async () => {
  await synapse?.close();
  await issuer?.close();
  await rm(stateDir, { recursive: true, force: true });
});

interface Somebody {
  readonly name: string;
  readonly password: string;
}

function somebody(): Somebody {
  const person = { name: `carol-${randomUUID().slice(0, 8)}`, password: randomUUID() };
  issuer.register(person);
  return person;
}

const clientApi = (path: string): URL => new URL(`/_matrix/client/v3${path}`, synapse.baseUrl);

async function post(path: string, body: object, accessToken?: string): Promise<{ status: number; body: unknown }> {
  const headers = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  const response = await fetch(clientApi(path), { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/** From the homeserver's address for it to the provider's form. */
function toProvider(browser: HttpBrowser, pageUrl = PAGE_URL): Promise<Reached> {
  const url = clientApi('/login/sso/redirect');
  url.searchParams.set('redirectUrl', pageUrl);
  return browser.open(url, pageUrl);
}

const loginSchema = v.looseObject({
  user_id: v.string(),
  access_token: v.string(),
  refresh_token: v.optional(v.string()),
  expires_in_ms: v.optional(v.number()),
});

/** Back at the page with a login token, which is good for one sign-in. */
async function logInWith({ url }: Reached): Promise<v.InferOutput<typeof loginSchema>> {
  const token = url.searchParams.get('loginToken') ?? '';
  const login = await post('/login', { type: 'm.login.token', token });
  expect(login.status).toBe(200);
  expect(await post('/login', { type: 'm.login.token', token })).toMatchObject({ status: 403 });
  return parseWith(loginSchema, login.body);
}

test('the homeserver offers the provider beside the password', async () => {
  const { flows } = parseWith(
    v.object({ flows: v.array(v.looseObject({ type: v.string(), identity_providers: v.optional(v.unknown()) })) }),
    await (await fetch(clientApi('/login'))).json(),
  );
  expect(flows.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['m.login.password', 'm.login.sso', 'm.login.token']),
  );
  expect(flows.find(({ type }) => type === 'm.login.sso')?.identity_providers).toEqual([
    { id: 'oidc-test', name: 'Test identity provider' },
  ]);
});

test('who signs in at the provider comes back to the page with a token that logs in, once', async () => {
  const browser = new HttpBrowser();
  const carol = somebody();
  const form = await toProvider(browser);
  expect(form).toMatchObject({ status: 200, body: expect.stringContaining('Test identity provider') });
  expect(form.url.origin).toBe(issuer.client.issuer);
  const back = await browser.submit(form.url, { ...carol }, PAGE_URL);
  expect(back.url.href.startsWith(PAGE_URL)).toBe(true);
  expect(await logInWith(back)).toMatchObject({ user_id: `@${carol.name}:localhost` });

  // The provider remembers the browser: the second time nobody is asked for anything.
  expect(await logInWith(await toProvider(browser))).toMatchObject({ user_id: `@${carol.name}:localhost` });
});

test('an account with a password is the same one at the provider', async () => {
  const browser = new HttpBrowser();
  const carol = somebody();
  await synapse.registerUser(carol.name, carol.password);
  const form = await toProvider(browser);
  const back = await browser.submit(form.url, { ...carol }, PAGE_URL);
  expect(await logInWith(back)).toMatchObject({ user_id: `@${carol.name}:localhost` });
});

test('a wrong password leads nowhere, and neither does another browser’s form', async () => {
  const browser = new HttpBrowser();
  const carol = somebody();
  const form = await toProvider(browser);
  const refused = await browser.submit(form.url, { ...carol, password: 'wrong' }, PAGE_URL);
  expect(refused).toMatchObject({ status: 401, body: expect.stringContaining('not known here') });
  expect(await new HttpBrowser().submit(form.url, { ...carol }, PAGE_URL)).toMatchObject({ status: 500 });
  expect((await browser.submit(form.url, { ...carol }, PAGE_URL)).url.searchParams.has('loginToken')).toBe(true);
});

test('a page that the homeserver does not know gets no token without a question', async () => {
  const browser = new HttpBrowser();
  const carol = somebody();
  const form = await toProvider(browser, OTHER_PAGE_URL);
  const asked = await browser.submit(form.url, { ...carol }, OTHER_PAGE_URL);
  expect(asked.url.origin).toBe(new URL(synapse.baseUrl).origin);
  expect(asked).toMatchObject({ status: 200, body: expect.stringContaining('Continue') });
});

test('a token that can be refreshed ends soon and softly; one that cannot stays', async () => {
  const carol = somebody();
  await synapse.registerUser(carol.name, carol.password);
  const identifier = { type: 'm.id.user', user: carol.name };
  const password = { type: 'm.login.password', identifier, password: carol.password };
  const whoAmI = async (token: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(clientApi('/account/whoami'), { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.json() };
  };
  const lasting = parseWith(loginSchema, (await post('/login', password)).body);
  const login = parseWith(loginSchema, (await post('/login', { ...password, refresh_token: true })).body);
  expect(login.expires_in_ms).toBeLessThanOrEqual(REFRESHABLE_TOKEN_MS);
  await until(async () => (await whoAmI(login.access_token)).status === 401, 'the end of the token', 20_000);
  expect((await whoAmI(login.access_token)).body).toMatchObject({ errcode: 'M_UNKNOWN_TOKEN', soft_logout: true });
  const refreshed = await post('/refresh', { refresh_token: login.refresh_token });
  const { access_token: another } = parseWith(v.looseObject({ access_token: v.string() }), refreshed.body);
  expect((await whoAmI(another)).status).toBe(200);
  expect((await whoAmI(lasting.access_token)).status).toBe(200);
});

/** The account in the page: what is kept of it and what is left, tabs, sessions that end, the shell. Real Chromium, real homeserver. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePageBuild } from '../../apps/web/src/server/page-build.ts';
import { startWeb } from '../../apps/web/src/server/serve.ts';
import { ensureChromium } from '../../dev/toolchain/chromium.ts';
import { readLeftovers } from './page/browser-leftovers.ts';
import {
  enterKey,
  enterPassword,
  face,
  keep,
  openPage,
  PATIENCE,
  signIn,
  startPageScene,
  untilSignedIn,
  type PageScene,
  type Somebody,
} from './page/page-scene.ts';

let scene: PageScene;

beforeAll(async () => void (scene = await startPageScene()));
afterAll(() => scene?.[Symbol.asyncDispose]());

const loginSchema = v.object({
  access_token: v.string(),
  refresh_token: v.optional(v.string()),
  device_id: v.string(),
});
type Login = v.InferOutput<typeof loginSchema>;

/** What the homeserver answers to the page's sign-in. */
async function loginOf(page: Page, act: () => Promise<unknown>): Promise<Login> {
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/login') && response.request().method() === 'POST',
    PATIENCE,
  );
  await act();
  return v.parse(loginSchema, await (await answered).json());
}

async function devicesOf({ userId, password }: Somebody): Promise<string[]> {
  const api = `${scene.synapse.baseUrl}/_matrix/client/v3`;
  const identifier = { type: 'm.id.user', user: userId };
  const body = JSON.stringify({ type: 'm.login.password', identifier, password, device_id: 'LOOKER' });
  const login = v.parse(loginSchema, await (await fetch(`${api}/login`, { method: 'POST', body })).json());
  const headers = { authorization: `Bearer ${login.access_token}` };
  const listed = await (await fetch(`${api}/devices`, { headers })).json();
  const { devices } = v.parse(v.object({ devices: v.array(v.object({ device_id: v.string() })) }), listed);
  return devices.map(({ device_id }) => device_id);
}

/** The page's sync under way, which waits for half a minute while nothing is new, has something to answer with. */
async function endLongPoll({ userId }: Somebody, { access_token: token }: Login): Promise<void> {
  const url = `${scene.synapse.baseUrl}/_matrix/client/v3/user/${encodeURIComponent(userId)}/account_data/m.ixo.test_news`;
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(url, { method: 'PUT', headers, body: '{}' })).status).toBe(200);
}

const openSettings = (page: Page): Promise<void> => page.evaluate(() => void (location.hash = '#/settings'));

async function signOut(page: Page): Promise<void> {
  await openSettings(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
}

const signInTitle = (page: Page) => page.getByRole('heading', { name: 'Call an oracle' });

/** Tells of everything that the content security policy stopped. */
async function watchPolicy(page: Page): Promise<string[]> {
  const violations: string[] = [];
  await page.exposeFunction('tellViolation', (text: string) => void violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
      const tell = Reflect.get(window, 'tellViolation') as (text: string) => void;
      tell(`${effectiveDirective} ${blockedURI} ${sample}`);
    });
  });
  return violations;
}

test('somebody signs in and out: no policy is violated, no secret is kept in the clear, and nothing is left', async () => {
  const carol = await scene.somebody();
  await using context = await scene.browser.newContext();
  const page = await context.newPage();
  const violations = await watchPolicy(page);
  await page.goto(scene.web.url);
  const login = await loginOf(page, () => enterPassword(page, carol));
  const recoveryKey = await keep(page);

  const kept = await readLeftovers(page);
  expect(kept.databases).toContain('oracle-calls:vault');
  expect(kept.text).toContain('key false');
  expect(kept.text).not.toContain('key true');
  for (const secret of [login.access_token, login.refresh_token, recoveryKey, carol.password]) {
    expect(secret).toBeDefined();
    expect(kept.text).not.toContain(secret);
  }

  await page.reload();
  await untilSignedIn(page);
  expect(await devicesOf(carol)).toContain(login.device_id);
  await signOut(page);
  await signInTitle(page).waitFor(PATIENCE);
  expect(await devicesOf(carol)).not.toContain(login.device_id);
  const left = await readLeftovers(page);
  expect(left.databases).toEqual([]);
  expect(left.text).not.toContain(carol.userId);
  expect(violations).toEqual([]);
});

test('a violation of the policy would be seen: an inline style and a script from text are stopped', async () => {
  await using context = await scene.browser.newContext();
  const page = await context.newPage();
  const violations = await watchPolicy(page);
  await page.goto(scene.web.url);
  const stopped = await page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.head.append(style);
    try {
      document.createElement('div').innerHTML = '<b>text</b>';
      return 'parsed';
    } catch (error) {
      return error instanceof TypeError ? 'refused' : 'other';
    }
  });
  expect(stopped).toBe('refused');
  await expect
    .poll(() => new Set(violations.map((line) => line.split(' ')[0])))
    .toEqual(new Set(['require-trusted-types-for', 'style-src-elem']));
});

test('one tab has the account: another takes it over, a closed tab has let go of it, and all know when one signs out', async () => {
  await using first = await signIn(scene, await scene.somebody());
  await keep(first);
  {
    await using second = await openPage(scene, first.context());
    await face(second, 'second-tab').waitFor(PATIENCE);
    await second.getByRole('button', { name: 'Use it here' }).click();
    await untilSignedIn(second);
    await face(first, 'second-tab').waitFor(PATIENCE);
  }
  await first.getByRole('button', { name: 'Use it here' }).click();
  await untilSignedIn(first);
  await using third = await openPage(scene, first.context());
  await face(third, 'second-tab').waitFor(PATIENCE);
  await signOut(first);
  await signInTitle(third).waitFor(PATIENCE);
});

test('a session that the homeserver ends softly keeps its keys: the same device signs in again', async () => {
  const carol = await scene.somebody();
  await using page = await openPage(scene);
  const login = await loginOf(page, () => enterPassword(page, carol));
  await keep(page);
  const over = { errcode: 'M_UNKNOWN_TOKEN', error: 'expired', soft_logout: true };
  const origin = { 'access-control-allow-origin': '*' };
  await page.route(/\/_matrix\/client\/v3\/(sync|refresh)/, (route) =>
    route.fulfill({ status: 401, json: over, headers: origin }),
  );
  await endLongPoll(carol, login);
  await face(page, 'session-over').waitFor(PATIENCE);
  await page.unroute(/\/_matrix\/client\/v3\/(sync|refresh)/);
  await page.getByText(carol.userId).waitFor();
  const again = await loginOf(page, async () => {
    await page.getByLabel('Password').fill(carol.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  });
  // The device is signed already: nobody asks for the recovery key.
  await untilSignedIn(page);
  expect(again.device_id).toBe(login.device_id);
});

test('a device that was signed out elsewhere says so, and nothing of it is left', async () => {
  const carol = await scene.somebody();
  await using page = await openPage(scene);
  const login = await loginOf(page, () => enterPassword(page, carol));
  await keep(page);
  await fetch(`${scene.synapse.baseUrl}/_matrix/client/v3/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${login.access_token}` },
    body: '{}',
  });
  await face(page, 'session-over').waitFor(PATIENCE);
  const left = await readLeftovers(page);
  expect(left.databases).toEqual([]);
  expect(left.text).not.toContain(carol.userId);
});

test('signing out works offline: nothing is left here, and the page says that the device is still listed', async () => {
  const carol = await scene.somebody();
  await using page = await openPage(scene);
  const login = await loginOf(page, () => enterPassword(page, carol));
  await keep(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.context().setOffline(true);
  await signOut(page);
  const anyway = page.getByRole('button', { name: 'Sign out anyway' });
  const offline = face(page, 'cannot-start');
  await anyway.or(offline).first().waitFor({ timeout: 60_000 });
  if (await anyway.isVisible()) await anyway.click();
  // The shell opens without a network and says that it is missing.
  await offline.waitFor(PATIENCE);
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  await face(page, 'device-listed').waitFor(PATIENCE);
  expect((await readLeftovers(page)).databases).toEqual([]);
  expect(await devicesOf(carol)).toContain(login.device_id);
});

test('a new device is confirmed by another one: both show the same pictures, and both are told', async () => {
  const carol = await scene.somebody();
  await using first = await signIn(scene, carol);
  await keep(first);
  await using second = await signIn(scene, carol);
  await second.getByRole('button', { name: 'Confirm with another device' }).click(PATIENCE);
  await first.getByRole('button', { name: 'Yes, compare' }).click(PATIENCE);
  const pictures = (page: Page) => page.getByRole('list', { name: 'Pictures to compare' });
  await Promise.all([first, second].map((page) => pictures(page).waitFor(PATIENCE)));
  expect(await pictures(first).textContent()).toBe(await pictures(second).textContent());
  for (const page of [first, second]) await page.getByRole('button', { name: 'They are the same' }).click();
  for (const page of [first, second]) {
    await face(page, 'device-confirmed').waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Done' }).click();
  }
  await untilSignedIn(second);
});

test('pictures that are not the same confirm nothing, and a device that nobody expects is declined', async () => {
  const carol = await scene.somebody();
  await using first = await signIn(scene, carol);
  await keep(first);
  await using second = await signIn(scene, carol);
  const ask = () => second.getByRole('button', { name: 'Confirm with another device' }).click(PATIENCE);
  await ask();
  await first.getByRole('button', { name: 'No, that is not me' }).click(PATIENCE);
  await face(second, 'verification-declined').waitFor(PATIENCE);
  await second.getByRole('button', { name: 'Close' }).click();
  await ask();
  await first.getByRole('button', { name: 'Yes, compare' }).click(PATIENCE);
  await first.getByRole('button', { name: 'They are different' }).click(PATIENCE);
  for (const page of [first, second]) await face(page, 'verification-mismatch').waitFor(PATIENCE);
  await second.reload();
  await enterKey(second).waitFor(PATIENCE);
});

test('settings: theme and language change at once and outlive a reload', async () => {
  await using page = await signIn(scene, await scene.somebody());
  await keep(page);
  await openSettings(page);
  await page.getByRole('radio', { name: 'Dark' }).check();
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await page.getByRole('radio', { name: 'العربية' }).click();
  await page.getByRole('heading', { name: 'الإعدادات' }).waitFor();
  await page.reload();
  await page.locator('html[dir="rtl"][data-theme="dark"]').waitFor(PATIENCE);
});

test('a homeserver that is none is refused by name, and the operator’s stays', async () => {
  await using page = await openPage(scene);
  await page.getByRole('button', { name: 'Use another' }).click();
  await page.getByLabel('Homeserver', { exact: true }).fill('http://example.org');
  await page.getByRole('button', { name: 'Use it' }).click();
  await face(page, 'homeserver-no-homeserver').waitFor(PATIENCE);
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByText(new URL(scene.synapse.baseUrl).host).waitFor();
});

test('a link with somebody’s login token signs nobody in, and the token leaves the address at once', async () => {
  await using context = await scene.browser.newContext();
  const page = await context.newPage();
  const lines: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`));
  await page.goto(`${scene.web.url}?sso=guessed&loginToken=canary`);
  await face(page, 'sign-in-not-asked-for').waitFor(PATIENCE);
  expect(page.url()).toBe(scene.web.url);
  expect(asked.slice(1).filter((line) => line.includes('canary'))).toEqual([]);
  expect(lines.filter((line) => line.includes('canary'))).toEqual([]);
});

test('the page can be installed, and a new version is offered and taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-shell-'));
  const profile = await mkdtemp(join(tmpdir(), 'oracle-calls-profile-'));
  try {
    await cp(await ensurePageBuild(), folder, { recursive: true });
    await using web = await startWeb({
      config: { homeserverUrl: scene.synapse.baseUrl, oracleDid: 'did:ixo:oracle' },
      folder,
    });
    // A private window cannot install anything.
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: await ensureChromium(),
      args: ['--no-sandbox', '--disable-gpu'],
    });
    await using _closed = { [Symbol.asyncDispose]: () => context.close() };
    const page = await context.newPage();
    await page.goto(web.url);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    const session = await context.newCDPSession(page);
    const { errors } = await session.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);

    const caches = () => page.evaluate(() => window.caches.keys());
    const [before = ''] = await caches();
    const kept = await page.evaluate(async (name) => {
      const requests = await (await window.caches.open(name)).keys();
      return requests.map(({ url }) => new URL(url).pathname);
    }, before);
    expect(kept).toContain('/');
    expect(kept.filter((path) => path === '/config.json' || path.startsWith('/_matrix'))).toEqual([]);

    const worker = join(folder, 'service-worker.js');
    const version = before.split('-').at(-1) ?? '';
    await writeFile(worker, (await readFile(worker, 'utf8')).replaceAll(version, 'another'));
    await page.reload();
    await face(page, 'update-ready').waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Reload' }).click();
    await expect.poll(caches, { timeout: 30_000 }).toContain('oracle-calls-shell-another');
    await expect.poll(() => face(page, 'update-ready').count(), { timeout: 30_000 }).toBe(0);
  } finally {
    await Promise.all([folder, profile].map((path) => rm(path, { recursive: true, force: true })));
  }
});

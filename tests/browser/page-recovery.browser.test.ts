/** Cross-signing as a person meets it at the page: real Chromium, real homeserver, an account that nobody has prepared. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWeb, type WebServer } from '../../apps/web/src/server/serve.ts';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { startSynapse, type Synapse } from '../../dev/synapse/synapse.ts';
import { ensureChromium } from '../../dev/toolchain/chromium.ts';

/** Signing in downloads the crypto's wasm and syncs; on a busy machine that takes seconds. */
const PATIENCE = { timeout: 30_000 };

let stateDir: string;
let synapse: Synapse;
let web: WebServer;
let browser: Browser;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-recovery-'));
  const executablePath = await ensureChromium();
  [synapse, browser] = await Promise.all([startSynapse({ stateDir }), launchChromium(executablePath)]);
  web = await startWeb({ config: { homeserverUrl: synapse.baseUrl, oracleDid: 'did:ixo:oracle' } });
});

afterAll(async () => {
  await web?.close();
  await browser?.close();
  await synapse?.close();
  await rm(stateDir, { recursive: true, force: true });
});

interface Somebody {
  readonly userId: string;
  readonly password: string;
}

async function somebody(): Promise<Somebody> {
  const [name, password] = [`carol-${randomUUID().slice(0, 8)}`, randomUUID()];
  await synapse.registerUser(name, password);
  return { userId: `@${name}:localhost`, password };
}

/** A new device of somebody: a browser that knows nothing. */
async function signIn({ userId, password }: Somebody): Promise<Page & AsyncDisposable> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(web.url);
  await page.getByLabel('Matrix ID').fill(userId);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() });
}

const keepKey = (page: Page) => page.getByRole('heading', { name: 'Keep your recovery key' });
const shownKey = (page: Page) => page.getByRole('status', { name: 'Your recovery key' });
const enterKey = (page: Page) => page.getByRole('heading', { name: 'Confirm this device' });
const callButton = (page: Page) => page.getByRole('button', { name: 'Call', exact: true });

/** The key that the page shows, kept by the person. */
async function keep(page: Page): Promise<string> {
  await keepKey(page).waitFor(PATIENCE);
  const recoveryKey = await shownKey(page).textContent();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await callButton(page).waitFor(PATIENCE);
  return recoveryKey ?? '';
}

async function enter(page: Page, recoveryKey: string): Promise<void> {
  await enterKey(page).waitFor(PATIENCE);
  await page.getByLabel('Recovery key').fill(recoveryKey);
  await page.getByRole('button', { name: 'Continue' }).click();
}

const keysSchema = v.object({
  device_keys: v.record(
    v.string(),
    v.record(v.string(), v.object({ signatures: v.record(v.string(), v.record(v.string(), v.string())) })),
  ),
  self_signing_keys: v.record(v.string(), v.object({ keys: v.record(v.string(), v.string()) })),
});

/** How many of somebody's devices their identity has signed, as the homeserver tells everybody. */
async function signedDevices({ userId, password }: Somebody): Promise<number> {
  const ask = async (method: string, path: string, body: object, token?: string): Promise<unknown> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const url = `${synapse.baseUrl}/_matrix/client/v3${path}`;
    return (await fetch(url, { method, headers, body: JSON.stringify(body) })).json();
  };
  const identifier = { type: 'm.id.user', user: userId };
  const login = await ask('POST', '/login', { type: 'm.login.password', identifier, password });
  const { access_token: token } = v.parse(v.object({ access_token: v.string() }), login);
  const answer = v.parse(keysSchema, await ask('POST', '/keys/query', { device_keys: { [userId]: [] } }, token));
  const [signer = ''] = Object.keys(answer.self_signing_keys[userId]?.keys ?? {});
  const devices = Object.values(answer.device_keys[userId] ?? {});
  return devices.filter(({ signatures }) => signatures[userId]?.[signer] !== undefined).length;
}

test('a first sign-in makes an identity and shows its recovery key once; a second device enters it', async () => {
  const carol = await somebody();
  await using first = await signIn(carol);
  const recoveryKey = await keep(first);
  expect(recoveryKey).toMatch(/^(\w{4} ){11}\w{4}$/);
  expect(await signedDevices(carol)).toBe(1);
  await first.reload();
  await callButton(first).waitFor(PATIENCE);
  expect(await first.content()).not.toContain(recoveryKey);

  await using second = await signIn(carol);
  await enter(second, 'EsTc 1234');
  await second.getByText('That recovery key does not belong to this account.').waitFor(PATIENCE);
  expect(await signedDevices(carol)).toBe(1);
  await enter(second, recoveryKey);
  await callButton(second).waitFor(PATIENCE);
  expect(await signedDevices(carol)).toBe(2);
});

test('a recovery key that was not said to be kept is replaced by another after a reload', async () => {
  const carol = await somebody();
  await using first = await signIn(carol);
  await keepKey(first).waitFor(PATIENCE);
  const unkept = await shownKey(first).textContent();
  await first.reload();
  const kept = await keep(first);
  expect(kept).not.toBe(unkept);
  await using second = await signIn(carol);
  await enter(second, kept);
  await callButton(second).waitFor(PATIENCE);
});

test('who has lost the recovery key resets the identity behind a warning, with the password', async () => {
  const carol = await somebody();
  await using first = await signIn(carol);
  await keep(first);
  await using second = await signIn(carol);
  await enterKey(second).waitFor(PATIENCE);
  await second.getByText('I have lost my recovery key').click();
  await second.getByText('everybody you write with is warned').waitFor(PATIENCE);
  await second.getByLabel('Password').fill('wrong');
  await second.getByRole('button', { name: 'Reset my identity' }).click();
  await second.getByText('The homeserver did not accept the password.').waitFor(PATIENCE);
  await second.getByLabel('Password').fill(carol.password);
  await second.getByRole('button', { name: 'Reset my identity' }).click();
  const recoveryKey = await keep(second);
  expect(await signedDevices(carol)).toBe(1);
  // The first device is not of the new identity, and says so.
  await first.reload();
  await enter(first, recoveryKey);
  await callButton(first).waitFor(PATIENCE);
  expect(await signedDevices(carol)).toBe(2);
});

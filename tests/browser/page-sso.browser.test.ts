/** Signing in to the page at a real OpenID Connect provider, and tokens that end: real Chromium, real homeserver. */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../dev/process/ports.ts';
import { startOidcIssuer, type OidcIssuer } from '../../dev/oidc/oidc-issuer.ts';
import { startSynapse } from '../../dev/synapse/synapse.ts';
import { readLeftovers } from './page/browser-leftovers.ts';
import { face, keep, openPage, PATIENCE, startPageScene, untilSignedIn, type PageScene } from './page/page-scene.ts';

/** Shorter than the page's care for it: each request meets a token that has to be renewed first. */
const REFRESHABLE_TOKEN_MS = 5_000;

let scene: PageScene;
let issuer: OidcIssuer;

beforeAll(async () => {
  // The homeserver knows the page's address before the page has it.
  const port = await freePort();
  scene = await startPageScene({
    port,
    startHomeserver: (stateDir) =>
      startSynapse({
        stateDir,
        refreshableTokenMs: REFRESHABLE_TOKEN_MS,
        async singleSignOn(callbackUrl) {
          issuer = await startOidcIssuer({ callbackUrl });
          return { ...issuer.client, pageUrls: [`http://127.0.0.1:${port}/`] };
        },
      }),
  });
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await issuer?.close();
});

/** Everything that this browser asks of anybody, with what it sends. */
function watchRequests(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
  return asked;
}

/** Signs in at the provider's own page. */
async function signInThere(page: Page): Promise<string> {
  const person = { name: `carol-${randomUUID().slice(0, 8)}`, password: randomUUID() };
  issuer.register(person);
  await page.getByRole('button', { name: /^Continue (with|at)/ }).click(PATIENCE);
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return `@${person.name}:localhost`;
}

test('somebody signs in at the provider, is let in, and stays so while tokens end', async () => {
  await using page = await openPage(scene);
  const asked = watchRequests(page);
  const lines: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  const userId = await signInThere(page);
  await keep(page);
  await page.getByText(userId).first().waitFor(PATIENCE);

  // The token was in one address, which is in no history, log or storage any more.
  const brought = asked.map((line) => /loginToken=([^&]+)/.exec(line)?.[1]).find((token) => token !== undefined);
  expect(brought).toBeDefined();
  expect(page.url()).not.toContain('loginToken');
  expect(asked.filter((line) => line.includes(`loginToken=${brought}`))).toHaveLength(1);
  expect(lines.join('\n')).not.toContain(brought);
  expect((await readLeftovers(page)).text).not.toContain(brought);

  const isRenewal = (line: string): boolean => line.endsWith('/_matrix/client/v3/refresh');
  await expect.poll(() => asked.filter(isRenewal).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  await page.reload();
  await untilSignedIn(page);
});

test('an answer is for the tab that asked: in another it signs nobody in', async () => {
  // Requests that a service worker answers are out of a test's reach.
  await using context = await scene.browser.newContext({ serviceWorkers: 'block' });
  await using attacker = await openPage(scene, context);
  // The page does not run when they come back: what was brought stays in the address, unused.
  await attacker.getByRole('button', { name: /^Continue (with|at)/ }).waitFor(PATIENCE);
  await attacker.route(/\/assets\//, (route) => route.abort());
  await signInThere(attacker);
  await attacker.waitForURL(/loginToken=/, PATIENCE);
  const link = attacker.url();

  await using victim = await openPage(scene);
  await victim.goto(link);
  await face(victim, 'sign-in-not-asked-for').waitFor(PATIENCE);
  expect(victim.url()).not.toContain('loginToken');
  // Twin: the same link in the tab that asked for it signs in, so it was the state that stopped it.
  await attacker.unroute(/\/assets\//);
  await attacker.goto(link);
  await keep(attacker);
});

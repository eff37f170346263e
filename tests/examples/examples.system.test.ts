/** The examples, as they stand, on the real stack. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ringPerson } from '../../examples/05-ring-a-person.ts';
import { freePort } from '../../dev/process/ports.ts';
import { rotateKeys } from '../../examples/06-rotate-keys.ts';
import { serveMediaSite, type MediaSite } from '../browser/sdk-media/media-site.ts';
import { StackScene } from '../system/stack-scene.ts';
import { openExamples, startExample } from './example-visitor.ts';

const LIVE_MAX_MS = 60_000;
const SPOKEN_MAX_MS = 60_000;

let scene: StackScene;
let site: MediaSite;
let appPort: number;
beforeAll(async () => {
  site = await serveMediaSite(new URL('./example-page.html', import.meta.url));
  appPort = await freePort();
  scene = await StackScene.open({ otherPageOrigins: [new URL(site.url).origin, `http://127.0.0.1:${appPort}`] });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

test('01: two buttons place an encrypted call and end it', async () => {
  const page = await openExamples(scene, site.url);
  await startExample(scene, page, 'place-a-call', scene.stack.users.alice);
  await page.locator('#call').click();
  await page.getByText('Live').waitFor({ timeout: LIVE_MAX_MS });
  await page.locator('#security', { hasText: /^encrypted \d{5}/ }).waitFor({ timeout: LIVE_MAX_MS });
  await page.locator('#hang-up').click();
  await page.getByText('Ended: hangup').waitFor({ timeout: LIVE_MAX_MS });
  await page.context().close();
});

test('02, 03, 05, 06: the code is compared, what is written is answered in words, the oracle rings, and keys that rotate alarm nobody', async () => {
  const { stack } = scene;
  const { bob } = stack.users;
  const page = await openExamples(scene, site.url);
  await startExample(scene, page, 'compare-and-converse', bob);
  await page.locator('#call').click();
  await page.locator('#padlock', { hasText: 'Compare the code' }).waitFor({ timeout: LIVE_MAX_MS });
  expect(await page.locator('#code').textContent()).toMatch(/^\d{5} /);
  await page.locator('#same').click();
  await page.locator('#padlock', { hasText: 'you compared the code with' }).waitFor({ timeout: LIVE_MAX_MS });
  await page.locator('#text').fill('What is the capital of France?');
  await page.locator('#text').press('Enter');
  await page.locator('#lines li', { hasText: 'you wrote: What is' }).waitFor({ timeout: LIVE_MAX_MS });
  await page.locator('#lines li', { hasText: /^oracle: .*Paris/ }).waitFor({ timeout: SPOKEN_MAX_MS });
  await page.locator('#hang-up').click();
  await page.getByText('Ended').waitFor({ timeout: LIVE_MAX_MS });

  // 05, now that the oracle may ring somebody who has called it.
  const outcome = ringPerson({
    backendUrl: stack.backendUrl,
    apiKeyFile: join(stack.paths.oracleDir, 'agent-api-key'),
    userId: bob.userId,
    reason: 'Your report is ready.',
  });
  await page.locator('#ring', { hasText: 'calls: “Your report is ready.”' }).waitFor({ timeout: LIVE_MAX_MS });
  await page.locator('#accept').click();
  await page.locator('#status', { hasText: 'Live' }).waitFor({ timeout: LIVE_MAX_MS });
  expect(await outcome).toBe('accepted');
  await page.locator('#hang-up').click();
  await page.locator('#status', { hasText: 'Ended' }).waitFor({ timeout: LIVE_MAX_MS });

  // 06, with the caller who has pinned the keys of before.
  await rotateKeys({
    keysFolder: stack.paths.oracleDir,
    async installOnAgents() {
      await stack.stopAgent();
      await stack.startAgent();
    },
    publish: (didDocumentFile) => copyFile(didDocumentFile, join(stack.paths.didDocumentsDir, 'oracle.json')),
  });
  await page.reload();
  await startExample(scene, page, 'compare-and-converse', bob);
  await page.locator('#call').click();
  await page.locator('#rotated', { hasText: 'rotated' }).waitFor({ timeout: LIVE_MAX_MS });
  await page.locator('#padlock', { hasText: 'Compare the code' }).waitFor({ timeout: LIVE_MAX_MS });
  await page.context().close();
});

test('the application of the ten minutes calls, from its own build', async () => {
  const { stack } = scene;
  await using app = await serveMediaSite(new URL('../../examples/ten-minutes/index.html', import.meta.url), {
    port: appPort,
    env: {
      VITE_HOMESERVER_URL: stack.homeserverUrl,
      VITE_ORACLE_DID: stack.oracleDid,
      VITE_DID_RESOLVER_URL: stack.didResolverUrl,
    },
  });
  const page = await openExamples(scene, app.url);
  const { userId, password, recoveryKey } = stack.users.alice;
  await page.getByLabel('Matrix ID').fill(userId);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Recovery key').fill(recoveryKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Call' }).click({ timeout: SPOKEN_MAX_MS });
  await page.getByRole('button', { name: 'Hang up' }).waitFor({ timeout: LIVE_MAX_MS });
  await page
    .getByText(/^Encrypted/)
    .first()
    .waitFor({ timeout: LIVE_MAX_MS });
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached', timeout: LIVE_MAX_MS });
  await page.context().close();
});

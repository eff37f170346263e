/** The examples, as they stand, on the real stack. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rotateKeys } from '../../examples/06-rotate-keys.ts';
import { serveMediaSite, type MediaSite } from '../browser/sdk-media/media-site.ts';
import { StackScene } from '../system/stack-scene.ts';
import { openExamples, startExample } from './example-visitor.ts';

const LIVE_MAX_MS = 60_000;
const SPOKEN_MAX_MS = 60_000;

let scene: StackScene;
let site: MediaSite;
beforeAll(async () => {
  site = await serveMediaSite(new URL('./example-page.html', import.meta.url));
  scene = await StackScene.open({ otherPageOrigins: [new URL(site.url).origin] });
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

test('02, 03, 06: the code is compared, what is written is answered in words, and keys that rotate alarm nobody', async () => {
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

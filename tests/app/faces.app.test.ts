/** Every failure has a face: what a person sees when something is away, refused or wrong before they are connected, and what they can do. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './app-test.ts';
import { button, face } from './person/elements.ts';
import { expectFit, PHONE } from './person/page-fit.ts';
import { publishAnotherKey } from './scene/oracle-document.ts';

const alert = (page: Page, text: string | RegExp): Locator => page.getByRole('alert').filter({ hasText: text });
/** Words and an action of the page's own at the summary and at home. */
const action = (page: Page, name: string, text: string): Locator =>
  face(page, name).getByRole('button', { name: text });

describe('before a call', () => {
  test('a wrong password, and a homeserver that is away', async ({ scene, record }) => {
    await using carol = await scene.visitor();
    const { page } = carol;
    await carol.enterPassword('wrong');
    await record.face(page, 'password-refused', alert(page, 'did not accept'));
    {
      using _cut = scene.network.cut('homeserver');
      await carol.enterPassword();
      await record.face(page, 'homeserver-away', alert(page, 'does not answer'), 30_000);
    }
    await carol.signIn();
  });

  test('an oracle that is not there, whose DID is of no known kind, or that is none', async ({ scene, record }) => {
    await using carol = await scene.person();
    const { page } = carol;
    const find = async (text: string): Promise<void> => {
      await page.getByLabel('DID or Matrix ID').fill(text);
      await button(page, 'Find').click();
    };
    await page.getByText('Choose another oracle').click();
    await find('nonsense');
    await record.face(page, 'did-malformed', face(page, 'ERR_DID_MALFORMED'));
    await find('did:unheard:oracle');
    await record.face(page, 'did-unsupported', face(page, 'ERR_DID_UNSUPPORTED'));
    await find('did:ixo:nobody');
    await record.face(page, 'oracle-not-found', face(page, 'ERR_DID_NOT_RESOLVED'), 30_000);
    await find(scene.stack.users.bob.userId);
    await record.face(page, 'not-an-oracle', face(page, 'ERR_DID_UNPUBLISHED'), 30_000);
    await find(scene.stack.oracleDid);
    await expect.poll(() => page.getByLabel('DID or Matrix ID').inputValue()).toBe('');
    await carol.call();
    await carol.hangUp();
  });
});

describe('a call that cannot be', () => {
  test('the oracle’s service is away: the person waits, and is called through when it is back', async ({
    scene,
    record,
  }) => {
    await using carol = await scene.person();
    const { page } = carol;
    {
      using _cut = scene.network.cut('backend');
      await carol.clickCall();
      await carol.untilState(['ended', 'error'], 60_000);
      await record.face(page, 'backend-away', face(page, 'ERR_UPSTREAM_BACKEND'));
      await action(page, 'ERR_UPSTREAM_BACKEND', 'Wait, and call when it answers').click();
      await record.face(page, 'waiting-for-oracle', face(page, 'waiting-for-oracle'));
      await button(page, 'Stop waiting').click();
      await face(page, 'waiting-for-oracle').waitFor({ state: 'detached' });
      await action(page, 'ERR_UPSTREAM_BACKEND', 'Wait, and call when it answers').click();
      await face(page, 'waiting-for-oracle').waitFor();
    }
    // Nobody clicks.
    await carol.recovers('live', 60_000);
    await carol.hangUp();
  });

  test('the oracle’s service is being restarted: calls go on, new ones are to be tried later', async ({
    scene,
    record,
  }) => {
    await using carol = await scene.person();
    await using dave = await scene.person();
    await carol.call();
    const stopped = scene.stack.stopBackend();
    try {
      await dave.clickCall();
      await dave.untilState(['ended', 'error'], 60_000);
      await record.face(dave.page, 'backend-draining', face(dave.page, 'ERR_UPSTREAM_DRAINING'));
      expect(await carol.snapshot()).toMatchObject({ state: 'live' });
      await carol.hangUp();
    } finally {
      await stopped;
      await scene.stack.startBackend();
    }
    await dave.call();
    await dave.hangUp();
  });

  test('the homeserver, then the media server are away: the person can end the call, and is told which it was', async ({
    scene,
    record,
  }) => {
    await using carol = await scene.person();
    const { page } = carol;
    {
      using _cut = scene.network.cut('homeserver');
      await carol.clickCall();
      await record.face(page, 'homeserver-slow', face(page, 'homeserver-slow'), 30_000);
      await action(page, 'homeserver-slow', 'End the call').click();
      await page.getByRole('heading', { name: 'How the call went' }).waitFor({ timeout: 30_000 });
    }
    using _cut = scene.network.cut('sfu');
    await carol.clickCall();
    await carol.untilState(['ended', 'error'], 60_000);
    await record.face(page, 'sfu-away', face(page, 'ERR_MEDIA_CONNECT'));
  });

  test('the device has no network: that is said before anybody calls, and no reload is offered for what cannot be loaded', async ({
    scene,
    record,
  }) => {
    await using carol = await scene.person();
    const { page } = carol;
    await carol.setOffline(true);
    await record.face(page, 'no-network', face(page, 'no-network'));
    await page.evaluate(() => void dispatchEvent(new Event('vite:preloadError')));
    await expectFit(page, 'home, no network');
    expect(await face(page, 'update-needed').count()).toBe(0);
    await carol.setOffline(false);
    await face(page, 'no-network').waitFor({ state: 'detached' });
    // What is missing since then comes with a reload.
    await record.face(page, 'update-needed', face(page, 'update-needed'));
    await page.setViewportSize(PHONE);
    const [banner, ways] = await Promise.all([
      face(page, 'update-needed').boundingBox(),
      page.getByRole('navigation').boundingBox(),
    ]);
    if (banner === null || ways === null) throw new Error('Banner and ways are not both on the page.');
    expect(banner.y + banner.height).toBeLessThanOrEqual(ways.y);
  });

  test('the oracle is offline: it can be waited for, and waiting can be given up', async ({ scene, record }) => {
    await using carol = await scene.person();
    const { page } = carol;
    await scene.stack.stopAgent();
    try {
      await carol.clickCall();
      await record.face(page, 'oracle-waiting', face(page, 'oracle-waiting'), 30_000);
      await carol.untilState(['ended', 'error'], 60_000);
      await record.face(page, 'oracle-offline', face(page, 'ERR_MEDIA_ORACLE_ABSENT'));
      await action(page, 'ERR_MEDIA_ORACLE_ABSENT', 'Wait, and call when it answers').click();
      await face(page, 'waiting-for-oracle').waitFor();
      await button(page, 'Stop waiting').click();
      await face(page, 'waiting-for-oracle').waitFor({ state: 'detached' });
    } finally {
      await scene.stack.startAgent();
    }
    await carol.call();
    await carol.hangUp();
  });

  test('the oracle’s key has changed without its word: nothing is sent until a person has decided', async ({
    scene,
    record,
  }) => {
    await using carol = await scene.person();
    const { page } = carol;
    await carol.call();
    await carol.hangUp();
    try {
      await using _forged = await publishAnotherKey(scene.stack);
      // A document that was read a moment ago is not read again: a page of another day does.
      await page.reload();
      await carol.untilState(['error'], 60_000);
      expect((await carol.snapshot()).errorCode).toBe('ERR_KEY_CHANGED');
      await record.face(page, 'oracle-key-changed', alert(page, 'is not the one'));
      await button(page, 'Accept the new key').click();
      await carol.recovers('ready', 30_000);
      // It was not the oracle's: whoever has it opens nothing, and the oracle says so.
      await carol.clickCall();
      await carol.untilState(['ended', 'error'], 60_000);
      await record.face(page, 'wrong-key', face(page, 'ERR_AUTH_INVALID_AUTHENTICATION'));
    } finally {
      // The backend has read the forged document, and would not read the honest one for ten seconds.
      await scene.stack.stopBackend();
      await scene.stack.startBackend();
    }
  });

  test('somebody else was asked into the room with the oracle: the call goes through a room without them', async ({
    scene,
  }) => {
    await using carol = await scene.person();
    await carol.call();
    await carol.hangUp();
    const before = await carol.rooms();
    await carol.inviteEverywhere(scene.stack.users.bob.userId);
    await carol.call();
    await carol.hangUp();
    expect(await carol.rooms()).toHaveLength(before.length + 1);
  });
});

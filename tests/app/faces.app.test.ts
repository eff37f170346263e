/** Every failure has a face: what a person sees when something is away, refused or wrong. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './app-test.ts';
import { publishAnotherKey } from './scene/oracle-document.ts';

const alert = (page: Page, text: string | RegExp): Locator => page.getByRole('alert').filter({ hasText: text });
const status = (page: Page, text: string | RegExp): Locator => page.getByRole('status').filter({ hasText: text });

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
});

describe('a call that cannot be', () => {
  test('the oracle’s service is away', async ({ scene, record }) => {
    await using carol = await scene.person();
    {
      using _cut = scene.network.cut('backend');
      await carol.clickCall();
      await carol.untilState(['ended', 'error'], 60_000);
      await record.face(carol.page, 'backend-away', alert(carol.page, /./));
      expect((await carol.snapshot()).errorCode).toBe('ERR_UPSTREAM_BACKEND');
    }
    await carol.call();
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
      await record.face(dave.page, 'backend-draining', alert(dave.page, /./));
      expect((await dave.snapshot()).errorCode).toBe('ERR_UPSTREAM_DRAINING');
      expect(await carol.snapshot()).toMatchObject({ state: 'live' });
      await carol.hangUp();
    } finally {
      await stopped;
      await scene.stack.startBackend();
    }
    await dave.call();
    await dave.hangUp();
  });

  test('the media server is away', async ({ scene, record }) => {
    await using carol = await scene.person();
    const { page } = carol;
    using _cut = scene.network.cut('sfu');
    await carol.clickCall();
    await carol.untilState(['ended', 'error'], 60_000);
    await record.face(page, 'sfu-away', alert(page, /./));
    expect((await carol.snapshot()).errorCode).toBe('ERR_MEDIA_CONNECT');
  });

  test('the oracle’s key has changed without its word', async ({ scene, record }) => {
    await using carol = await scene.person();
    const { page } = carol;
    await carol.call();
    await carol.hangUp();
    await using _forged = await publishAnotherKey(scene.stack);
    // A document that was read a moment ago is not read again: a page of another day does.
    await page.reload();
    await carol.untilState(['error'], 60_000);
    expect((await carol.snapshot()).errorCode).toBe('ERR_KEY_CHANGED');
    await record.face(page, 'oracle-key-changed', alert(page, 'is not the one'));
  });

  test('the oracle is offline', async ({ scene, record }) => {
    await using carol = await scene.person();
    const { page } = carol;
    await scene.stack.stopAgent();
    try {
      await carol.clickCall();
      await carol.untilState(['ended', 'error'], 60_000);
      await record.face(page, 'oracle-offline', alert(page, /./));
      expect((await carol.snapshot()).errorCode).toBe('ERR_MEDIA_ORACLE_ABSENT');
    } finally {
      await scene.stack.startAgent();
    }
    await carol.call();
    await carol.hangUp();
  });
});

describe('in a call', () => {
  test('the network is lost and comes back: the same call goes on', async ({ scene, record }) => {
    await using carol = await scene.person();
    const { page } = carol;
    await carol.call();
    await carol.untilAudible();
    const { callId } = await carol.snapshot();
    {
      using _cut = scene.network.cutAll(scene.stack);
      await record.face(page, 'reconnecting', status(page, /econnect/), 30_000);
    }
    await status(page, 'In a call').waitFor({ timeout: 30_000 });
    const answer = await carol.ask(scene.question);
    expect((await scene.recognise(answer.samples)).length, scene.tail()).toBeGreaterThan(0);
    expect(await carol.snapshot()).toMatchObject({ state: 'live', callId, security: { padlock: 'encrypted' } });
    await carol.hangUp();
  });

  test('somebody else is in the media room', async ({ scene, record }) => {
    await using carol = await scene.person();
    const { page } = carol;
    await carol.call();
    await using _mallory = await scene.joinAsStranger((await carol.snapshot()).callId);
    await record.face(page, 'stranger', alert(page, 'Somebody else'));
    await carol.hangUp();
  });
});

/** An oracle calls: it rings on every device, until one of them answers or the ring is over. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { RING_LIFETIME_MIN_MS } from '@oracle-calls/protocol';
import { readLeftovers } from '../browser/page/browser-leftovers.ts';
import { test } from './app-test.ts';
import { button, face } from './person/elements.ts';
import { expectFit } from './person/page-fit.ts';

const PATIENCE = { timeout: 30_000 };
const dialog = (page: Page) => page.getByRole('alertdialog');

test('an oracle rings on two devices: one answers, the other stops; declined and missed rings end as well', async ({
  scene,
  record,
}) => {
  await using carol = await scene.visitor();
  await carol.enterPassword();
  await button(carol.page, 'I have kept it').waitFor({ timeout: 60_000 });
  const recoveryKey = await carol.readRecoveryKey();
  await carol.confirmDevice();
  await button(carol.page, 'Keep transcripts').click();
  await carol.call();
  await carol.untilAudible();
  await carol.untilOracleQuiet(0, 600, 15_000);
  await carol.ask(scene.question);
  await carol.hangUp();
  await carol.page.getByText('Kept in your encrypted room with the oracle.').waitFor(PATIENCE);

  // A second device, confirmed by the recovery key, reads what was said before it was there.
  await using tablet = await scene.visitor({ account: carol.account, recoveryKey });
  await tablet.signIn();
  await tablet.page.evaluate(() => void (location.hash = '#/history'));
  await tablet.page.locator('main .past-call').first().click(PATIENCE);
  await tablet.page
    .getByRole('region', { name: 'Transcript' })
    .getByText(/paris|france/i)
    .first()
    .waitFor(PATIENCE);

  const rings = await scene.rings();
  const { userId } = carol.account;
  const devices = [carol, tablet];
  const ring = (changes: object = {}) =>
    rings.ring({ userId, callType: 'audio', reason: 'Your report is ready.', ...changes });

  const first = await ring();
  await Promise.all(devices.map(({ page }) => dialog(page).getByText('Your report is ready.').waitFor(PATIENCE)));
  expect((await carol.tone()).isOn).toBe(true);
  await expect.poll(async () => (await carol.tone()).notes).toBeGreaterThan(4);
  await expect.poll(() => carol.page.title()).toContain('is calling');
  await record.pictures(carol.page, 'incoming');
  await record.axe(carol.page, 'incoming');
  await expectFit(carol.page, 'incoming');
  // The words of a button stay readable under the pointer, which axe judges by their colours.
  for (const name of ['Decline', 'Accept']) {
    await dialog(carol.page).getByRole('button', { name }).hover();
    await record.axe(carol.page, `incoming, pointer over ${name}`);
  }
  await dialog(carol.page).getByRole('button', { name: 'Accept' }).click();
  await carol.untilState(['live'], 45_000);
  expect((await carol.tone()).isOn).toBe(false);
  await record.face(tablet.page, 'answered-elsewhere', face(tablet.page, 'answered-elsewhere'), 30_000);
  await dialog(tablet.page).waitFor({ state: 'detached' });
  expect((await tablet.tone()).isOn).toBe(false);
  const { callId } = await carol.snapshot();
  expect(await rings.find(first.ringId)).toMatchObject({ ringStatus: 'accepted', callId });
  await carol.hangUp();

  const second = await ring();
  await Promise.all(devices.map(({ page }) => dialog(page).waitFor(PATIENCE)));
  await dialog(tablet.page).getByRole('button', { name: 'Decline' }).click();
  await Promise.all(devices.map(({ page }) => dialog(page).waitFor({ state: 'detached', ...PATIENCE })));
  expect(await rings.whenOver(second.ringId)).toMatchObject({ ringStatus: 'declined' });
  for (const person of devices) expect((await person.tone()).isOn).toBe(false);

  await ring({ lifetimeMs: RING_LIFETIME_MIN_MS });
  await dialog(carol.page).waitFor(PATIENCE);
  await record.face(carol.page, 'missed-call', face(carol.page, 'missed-call'), 30_000);
  expect((await carol.tone()).isOn).toBe(false);
  expect(await carol.page.title()).not.toContain('is calling');
  await face(carol.page, 'missed-call').getByRole('button', { name: 'Call back' }).click();
  await carol.untilState(['live'], 45_000);
  await carol.hangUp();
});

test('a new device is confirmed with pictures by one that is signed in; signing out leaves nothing behind', async ({
  scene,
  record,
}) => {
  await using carol = await scene.person();
  await using tablet = await scene.visitor({ account: carol.account });
  await tablet.enterPassword();
  await button(tablet.page, 'Confirm with another device').waitFor({ timeout: 60_000 });
  await record.pictures(tablet.page, 'confirm-device');
  await record.axe(tablet.page, 'confirm this device');
  await expectFit(tablet.page, 'confirm this device');
  await button(tablet.page, 'Confirm with another device').click();
  await button(carol.page, 'Yes, compare').click(PATIENCE);
  const pictures = ({ page }: { readonly page: Page }) => page.getByRole('list', { name: 'Pictures to compare' });
  await Promise.all([carol, tablet].map((person) => pictures(person).waitFor(PATIENCE)));
  expect(await pictures(carol).textContent()).toBe(await pictures(tablet).textContent());
  await record.pictures(carol.page, 'compare-pictures');
  await record.axe(carol.page, 'compare pictures');
  for (const { page } of [carol, tablet]) await button(page, 'They are the same').click();
  for (const { page } of [carol, tablet]) {
    await face(page, 'device-confirmed').waitFor(PATIENCE);
    await button(page, 'Done').click();
  }
  await tablet.untilState(['ready'], 60_000);
  await tablet.call();
  await tablet.hangUp();

  await tablet.page.evaluate(() => void (location.hash = '#/settings'));
  await record.pictures(tablet.page, 'settings');
  await record.axe(tablet.page, 'settings');
  await expectFit(tablet.page, 'settings');
  await button(tablet.page, 'Sign out').click();
  await tablet.page.getByLabel('Password').waitFor({ timeout: 60_000 });
  const left = await readLeftovers(tablet.page);
  expect(left.databases).toEqual([]);
  expect(left.text).not.toContain(carol.account.userId);
});

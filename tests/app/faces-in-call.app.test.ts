/** What a person sees when something goes wrong in a call that goes on, or that ends for it. */
import { expect } from 'vitest';
import { test } from './app-test.ts';
import { button, face } from './person/elements.ts';

/** Longer than what the page takes for a hiccup, in ms: `LOOK_MS` of its sleep watch. */
const ASLEEP_MS = 6_000;
const PATIENCE = { timeout: 30_000 };

test('the network is lost and comes back: the same call goes on', async ({ scene, record }) => {
  await using carol = await scene.person();
  const { page } = carol;
  await carol.call();
  await carol.untilAudible();
  const { callId } = await carol.snapshot();
  await carol.setOffline(true);
  await record.face(page, 'offline', face(page, 'offline'));
  await carol.setOffline(false);
  await face(page, 'offline').waitFor({ state: 'detached', ...PATIENCE });
  {
    using _cut = scene.network.cutAll(scene.stack);
    await record.face(page, 'reconnecting', face(page, 'reconnecting'), 30_000);
    await record.pictures(page, 'call-reconnecting');
  }
  await face(page, 'reconnecting').waitFor({ state: 'detached', ...PATIENCE });
  const answer = await carol.ask(scene.question);
  expect((await scene.recognise(answer.samples)).length, scene.tail()).toBeGreaterThan(0);
  expect(await carol.snapshot()).toMatchObject({ state: 'live', callId, security: { padlock: 'encrypted' } });

  // The sign-in at the oracle's service runs out as well: it is renewed, and nobody sees anything of it.
  scene.endBackendSessions();
  await carol.hangUp();
  expect(await carol.snapshot()).toMatchObject({ callStatus: 'ended', endReason: 'hangup' });
  await carol.call();
  await carol.hangUp();
});

test('the media server is restarted: the page says that the connection is lost, and the call is kept or can be made again', async ({
  scene,
  record,
}) => {
  await using carol = await scene.person();
  const { page } = carol;
  await carol.call();
  await carol.untilAudible();
  const restarted = scene.stack.restartLiveKit({ signal: 'SIGKILL' });
  await record.face(page, 'media-server-restarted', face(page, 'reconnecting'), 30_000);
  await restarted;
  await carol.untilState(['live', 'ended', 'error'], 60_000);
  await expect.poll(async () => (await face(page, 'reconnecting').count()) === 0, { timeout: 60_000 }).toBe(true);
  if ((await carol.snapshot()).state === 'live') await carol.hangUp();
  await scene.stack.agentWarm(AbortSignal.timeout(60_000));
  await carol.call();
  await carol.hangUp();
});

test('somebody else is in the media room', async ({ scene, record }) => {
  await using carol = await scene.person();
  const { page } = carol;
  await carol.call();
  await using _mallory = await scene.joinAsStranger((await carol.snapshot()).callId);
  await record.face(page, 'stranger', face(page, 'stranger'));
  await face(page, 'stranger').getByRole('button', { name: 'Got it' }).click();
  await face(page, 'stranger').waitFor({ state: 'detached' });

  // The same call: codes that differ end it, and say why.
  await page.getByRole('button', { name: /^Security:/ }).click();
  await button(page, 'They differ').click();
  await carol.untilState(['ended', 'error'], 30_000);
  await record.face(page, 'codes-differ', face(page, 'ERR_HANDSHAKE_COMPARISON'));
});

test('the tab was asleep: it says for how long, and the call still stands', async ({ scene, record }) => {
  await using carol = await scene.person();
  const { page } = carol;
  await carol.call();
  await carol.untilAudible();
  const asleepAt = performance.now();
  await carol.setFrozen(true);
  await expect.poll(() => performance.now() - asleepAt, { timeout: 20_000 }).toBeGreaterThan(ASLEEP_MS);
  await carol.setFrozen(false);
  await record.face(page, 'asleep', face(page, 'asleep'), 15_000);
  expect(await carol.snapshot()).toMatchObject({ state: 'live' });
  await button(page, 'Got it').click();
  await face(page, 'asleep').waitFor({ state: 'detached' });

  // A reload interrupts a call; the next one belongs to the same conversation.
  await page.reload();
  await record.face(page, 'interrupted-call', face(page, 'interrupted-call'), 60_000);
  await carol.untilState(['ready'], 60_000);
  await carol.call();
  await carol.hangUp();
  const sessions = scene.sessionIdsOf(carol.account.userId);
  expect(sessions).toHaveLength(2);
  expect(new Set(sessions).size).toBe(1);
  await page.reload();
  await carol.untilState(['ready'], 60_000);
  expect(await face(page, 'interrupted-call').count()).toBe(0);
});

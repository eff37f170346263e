import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { startLiveKit, type LiveKit } from '../../dev/livekit/livekit.ts';
import { ensureChromium } from '../../dev/toolchain/chromium.ts';
import { joinHidden } from '../system/hidden-listener.ts';
import {
  AGENT,
  AGENT_TONE_HZ,
  CLEAR,
  NOTHING,
  PATIENCE,
  SLOT,
  USER,
  USER_TONE_HZ,
  hex,
  openFrameScene,
} from './frame-cryptor/frame-scene.ts';
import { serveMediaSite, type MediaSite } from './sdk-media/media-site.ts';
import { toneShare } from './sdk-media/tone.ts';

let stateDir: string;
let livekit: LiveKit;
let site: MediaSite;
let browser: Browser;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-frame-cryptor-'));
  const executablePath = await ensureChromium();
  [livekit, site, browser] = await Promise.all([
    startLiveKit({ stateDir }),
    serveMediaSite(new URL('./frame-cryptor/frame-page.html', import.meta.url)),
    launchChromium(executablePath),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
  await livekit?.close();
  await rm(stateDir, { recursive: true, force: true });
  await dispose();
});

const openScene = () => openFrameScene({ browser, site, access: livekit });

test('our frames and those of plain LiveKit clients are one format: both hear, a listener without the key never', async () => {
  await using scene = await openScene();
  const { page } = scene;
  await using keyed = await joinHidden({
    ...livekit,
    sfuRoomName: scene.sfuRoomName,
    slot: SLOT,
    keys: (identity) => (identity === USER ? scene.userKey : scene.agentKey),
  });
  await page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.exchangeKeys(SLOT);
  await scene.expectBothHeard();
  // The positive control: the listening itself works.
  const tail = (): Float32Array => keyed.heard(USER).subarray(-8_000);
  await expect.poll(() => toneShare(tail(), 16_000, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect.poll(() => scene.keyless.heard(USER).length, PATIENCE).toBeGreaterThan(8_000);
  await scene.expectNothingInTheClear();

  expect(await page.evaluate(() => window.framePage.statistics())).toMatchObject([
    { direction: 'sent', kind: 'audio', isEncrypted: true, participantIdentity: USER },
    { direction: 'received', kind: 'audio', isEncrypted: true, participantIdentity: AGENT },
  ]);
  expect(await scene.notices()).toEqual(
    expect.arrayContaining([`participantJoined ${AGENT}`, `trackArrived ${AGENT} audio`, 'sendingGuarded true']),
  );
});

test('without a key nothing is captured and nothing leaves; with one it does, and data went before', async () => {
  await using scene = await openScene();
  const { page, agent } = scene;
  await page.evaluate(() => window.framePage.sendFrame('before there are keys', 'agent'));
  await expect.poll(() => agent.data, PATIENCE).toEqual(['oracle-calls: before there are keys']);
  await agent.say('an answer', { topic: 'oracle-calls' });
  await agent.say('not ours', { topic: 'chat' });
  await agent.say('not reliable', { topic: 'oracle-calls', reliable: false });
  await agent.say('the last', { topic: 'oracle-calls' });
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`frame ${AGENT} the last`);
  expect((await scene.notices()).filter((notice) => notice.startsWith('frame'))).toEqual([
    `frame ${AGENT} an answer`,
    `frame ${AGENT} the last`,
  ]);

  expect(await page.evaluate(() => window.framePage.isCapturing())).toBe(false);
  expect(await page.evaluate(() => window.framePage.statistics())).toMatchObject([
    { direction: 'sent', isEncrypted: false, packets: 0 },
  ]);
  expect(await scene.notices()).not.toContain('sendingGuarded true');

  await page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.exchangeKeys(SLOT);
  await scene.expectBothHeard();
  expect(await page.evaluate(() => window.framePage.isCapturing())).toBe(true);
  await scene.expectNothingInTheClear();
});

test('who is not admitted is not heard, although the keys are there; who is refused is heard no more', async () => {
  await using scene = await openScene();
  const { page } = scene;
  await scene.exchangeKeys(SLOT);
  await expect.poll(() => scene.heardByAgent(), PATIENCE).toBeGreaterThan(CLEAR);
  expect(await scene.notices()).not.toContain(`trackArrived ${AGENT} audio`);
  await page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.expectBothHeard();
  await page.evaluate((identity) => window.framePage.refuse(identity), AGENT);
  await expect.poll(() => scene.notices(), PATIENCE).toContain('trackGone');
  await expect.poll(() => scene.heardByPage(), PATIENCE).toBeLessThan(NOTHING);
});

test('keys are changed in mid-call without a gap, and a retired slot is silent', async () => {
  await using scene = await openScene();
  const { page, agent } = scene;
  await page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.exchangeKeys(SLOT);
  await scene.expectBothHeard();
  const before = agent.windows(USER, USER_TONE_HZ).length;
  const heardByPage: number[] = [];
  await scene.exchangeKeys(SLOT + 1, randomBytes(32), randomBytes(32));
  // Two seconds after the change, none of them without the tone.
  await expect
    .poll(async () => {
      heardByPage.push(await scene.heardByPage());
      return agent.windows(USER, USER_TONE_HZ).length;
    }, PATIENCE)
    .toBeGreaterThan(before + 8);
  // A step of the receiver's jitter buffer spoils a window's phase, not its sound; lost frames would leave windows without it.
  const heardByAgent = agent.windows(USER, USER_TONE_HZ).slice(before);
  for (const heard of [heardByAgent, heardByPage]) {
    expect(Math.min(...heard)).toBeGreaterThan(NOTHING);
    expect(heard.filter((share) => share < CLEAR).length).toBeLessThanOrEqual(1);
  }

  await page.evaluate((slot) => window.framePage.retire(slot), SLOT);
  agent.sendWith(SLOT);
  await expect.poll(() => scene.heardByPage(), PATIENCE).toBeLessThan(NOTHING);
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`undecryptable ${AGENT}`);
  // The other direction never used the retired slot again.
  expect(scene.heardByAgent()).toBeGreaterThan(CLEAR);
  agent.sendWith(SLOT + 1);
  await scene.expectBothHeard();

  await page.evaluate((slot) => window.framePage.retire(slot), SLOT + 1);
  await expect.poll(() => scene.notices(), PATIENCE).toContain('sendingGuarded false');
  expect(await page.evaluate(() => window.framePage.isCapturing())).toBe(false);
  await expect.poll(() => scene.heardByAgent(), PATIENCE).toBeLessThan(NOTHING);
});

test('a wrong key is silence, and undecryptable names the participant', async () => {
  await using scene = await openScene();
  const { page } = scene;
  await page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.exchangeKeys(SLOT);
  await page.evaluate(([identity, slot, key]) => window.framePage.installReceiving(identity, slot, key), [
    AGENT,
    SLOT,
    hex(randomBytes(32)),
  ] as const);
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`undecryptable ${AGENT}`);
  expect(await scene.heardByPage()).toBeLessThan(NOTHING);
});

test.each(['script-transform', 'encoded-streams'] as const)(
  'a browser that has only %s is heard and hears',
  async (frameAccess) => {
    await using scene = await openFrameScene({ browser, site, access: livekit, frameAccess, colour: 'green' });
    const { page, agent } = scene;
    await page.evaluate((identity) => window.framePage.admit(identity), AGENT);
    await page.evaluate(() => window.framePage.publishPicture('red'));
    await scene.exchangeKeys(SLOT);
    await scene.expectBothHeard();
    await expect.poll(() => agent.seenColour(USER), PATIENCE).toBe('red');
    await expect.poll(() => page.evaluate((from) => window.framePage.seenColour(from), AGENT), PATIENCE).toBe('green');
    const statistics = await page.evaluate(() => window.framePage.statistics());
    expect(statistics.map(({ isEncrypted }) => isEncrypted)).toEqual([true, true, true, true]);
    await scene.expectNothingInTheClear();
  },
);

test('pictures go both ways', async () => {
  await using scene = await openFrameScene({ browser, site, access: livekit, colour: 'red' });
  const { page, agent } = scene;
  await page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await page.evaluate(() => window.framePage.publishPicture('blue'));
  await scene.exchangeKeys(SLOT);
  await expect.poll(() => agent.seenColour(USER), PATIENCE).toBe('blue');
  await expect.poll(() => page.evaluate((from) => window.framePage.seenColour(from), AGENT), PATIENCE).toBe('red');
  const statistics = await page.evaluate(() => window.framePage.statistics());
  expect(statistics.filter(({ kind }) => kind === 'video')).toMatchObject([
    { direction: 'sent', isEncrypted: true },
    { direction: 'received', isEncrypted: true },
  ]);
  // Mute is the microphone's alone.
  await page.evaluate(() => window.framePage.setMuted(true));
  await expect.poll(() => scene.heardByAgent(), PATIENCE).toBeLessThan(NOTHING);
  expect(await scene.heardByPage(AGENT_TONE_HZ)).toBeGreaterThan(CLEAR);
  await page.evaluate(() => window.framePage.setMuted(false));
  await scene.expectBothHeard();
});

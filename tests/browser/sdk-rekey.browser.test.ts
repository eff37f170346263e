import { afterAll, beforeAll, expect, test } from 'vitest';
import { fullReconnect } from '../attacks/lying-sfu/lies.ts';
import { startLyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import {
  AGENT,
  AGENT_TONE_HZ,
  MediaStage,
  PATIENCE,
  USER,
  USER_TONE_HZ,
  type MediaScene,
} from './sdk-media/media-stage.ts';
import type { ToneOracle } from './sdk-media/tone-oracle.ts';

/** Share of a tone that counts as heard, and as not heard. */
const CLEAR = 0.6;
const NOTHING = 0.15;
/** Just above the grace of 10 s, so that at most one old epoch is about. */
const REKEY_INTERVAL_MS = 12_000;
/** Longest time without the tone over a rekey, in ms: two windows of a quarter of a second. A real gap would be the grace, or a resend. */
const GAP_MAX_MS = 500;
const WINDOW_MS = 250;
/** Two rekeys and the grace of the second, in ms. */
const TWO_REKEYS = { timeout: 50_000, interval: 100 };

let stage: MediaStage;

beforeAll(async () => {
  stage = await MediaStage.open();
});

afterAll(() => stage[Symbol.asyncDispose]());

async function untilHeardBothWays(scene: MediaScene, agent: ToneOracle): Promise<void> {
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
}

const epochsOf = (scene: MediaScene): Promise<readonly number[]> =>
  scene.page.evaluate(() => window.mediaPage.epochs());
const padlockOf = (scene: MediaScene): Promise<string> =>
  scene.page.evaluate(() => window.mediaPage.security().padlock);

/** The longest time in which a participant was listened to and its tone not heard, in ms. */
function longestGapMs(windows: readonly number[]): number {
  let [longest, current] = [0, 0];
  for (const share of windows) {
    current = share > CLEAR ? 0 : current + 1;
    longest = Math.max(longest, current);
  }
  return longest * WINDOW_MS;
}

test('two rekeys: both ends go on under the same epochs, the tone is heard throughout, old slots are emptied', async () => {
  await using scene = await stage.placeCall(stage.livekit);
  const agent = await scene.answer({ rekeyIntervalMs: REKEY_INTERVAL_MS });
  await untilHeardBothWays(scene, agent);
  const first = { ...agent.mediaKeys.get(AGENT) };
  await scene.page.evaluate((hz) => window.mediaPage.watchTone(hz), AGENT_TONE_HZ);
  const from = agent.windows(USER, USER_TONE_HZ).length;

  await expect.poll(() => agent.epochs, TWO_REKEYS).toHaveLength(2);
  await expect.poll(() => epochsOf(scene), PATIENCE).toEqual(agent.epochs);
  expect(agent.slots.size).toBe(2);
  expect(await padlockOf(scene)).toBe('encrypted');
  // The grace of the second is over before the third begins.
  await expect.poll(() => agent.slots.size, PATIENCE).toBe(1);
  expect(agent.attempts).toHaveLength(1);
  expect(await scene.page.evaluate(() => window.mediaPage.longestGapMs())).toBeLessThanOrEqual(GAP_MAX_MS);
  expect(longestGapMs(agent.windows(USER, USER_TONE_HZ).slice(from))).toBeLessThanOrEqual(GAP_MAX_MS);
  expect(await scene.page.evaluate(() => window.mediaPage.state())).toEqual({ kind: 'Live' });

  // Whoever has the keys of the first epoch is not heard with them any more.
  const current = { ...agent.mediaKeys.get(AGENT) };
  agent.sealWith(first.slot ?? 0, first.key ?? new Uint8Array(32));
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeLessThan(NOTHING);
  agent.sealWith(current.slot ?? 0, current.key ?? new Uint8Array(32));
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
});

test('a page that lost its signalling asks for a rekey when it is back, and is heard under the new keys', async () => {
  await using sfu = await startLyingSfu(stage.livekit.url);
  await using scene = await stage.placeCall(stage.livekit, sfu.url);
  const agent = await scene.answer();
  await untilHeardBothWays(scene, agent);
  const before = agent.mediaKeys.get(USER)?.key;
  sfu.last.cut();
  await expect.poll(() => scene.notices(), PATIENCE).toContain('reconnected');
  await expect.poll(() => agent.epochs, PATIENCE).toHaveLength(1);
  await expect.poll(() => epochsOf(scene), PATIENCE).toEqual(agent.epochs);
  expect(agent.mediaKeys.get(USER)?.key).not.toEqual(before);
  await untilHeardBothWays(scene, agent);
  await expect.poll(() => agent.slots.size, PATIENCE).toBe(1);
  await untilHeardBothWays(scene, agent);
  expect(agent.attempts).toHaveLength(1);
  expect(await padlockOf(scene)).toBe('encrypted');
});

test('a page that had to join anew is met with a new attempt, whose keys open and the old ones do not', async () => {
  await using sfu = await startLyingSfu(stage.livekit.url);
  await using scene = await stage.placeCall(stage.livekit, sfu.url);
  const agent = await scene.answer();
  await untilHeardBothWays(scene, agent);
  const old = { ...agent.mediaKeys.get(AGENT) };
  // As the live agent does: whoever enters under the user's identity is offered a new attempt.
  const entered = agent.entered(USER);
  sfu.last.say(fullReconnect());
  await entered;
  await agent.begin(2);
  await expect.poll(() => agent.attempts, PATIENCE).toHaveLength(2);
  await untilHeardBothWays(scene, agent);
  await expect.poll(() => padlockOf(scene), PATIENCE).toBe('encrypted');
  // It says so once it has counted frames both ways under the new keys.
  const isEncrypted = () => scene.page.evaluate(async () => (await window.mediaPage.statistics()).encrypted);
  await expect.poll(isEncrypted, PATIENCE).toBe(true);
  expect(await scene.page.evaluate(() => window.mediaPage.state())).toEqual({ kind: 'Live' });

  const current = { ...agent.mediaKeys.get(AGENT) };
  agent.sealWith(old.slot ?? 0, old.key ?? new Uint8Array(32));
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeLessThan(NOTHING);
  agent.sealWith(current.slot ?? 0, current.key ?? new Uint8Array(32));
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
});

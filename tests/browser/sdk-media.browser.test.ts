import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretBytes } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLiveKit, type LiveKit } from '../../dev/livekit/livekit.ts';
import { freePort } from '../../dev/process/ports.ts';
import { joinHidden } from '../system/hidden-listener.ts';
import {
  AGENT,
  AGENT_TONE_HZ,
  MediaStage,
  PATIENCE,
  USER,
  USER_TONE_HZ,
  type MediaScene,
} from './sdk-media/media-stage.ts';
import { toneShare } from './sdk-media/tone.ts';
import type { SfuAccess } from './sdk-media/tone-participant.ts';

const MALLORY_TONE_HZ = 990;
/** A tone that came through scores above this, noise and other tones far below. */
const CLEAR = 0.6;
const NOTHING = 0.15;
const NOTHING_OPEN = { workers: 0, peerConnections: 0, devices: 0, playing: 0 };

let stage: MediaStage;
let livekit: LiveKit;

beforeAll(async () => {
  stage = await MediaStage.open();
  ({ livekit } = stage);
});

afterAll(() => stage[Symbol.asyncDispose]());

const placeCall = (access: SfuAccess, url?: string): Promise<MediaScene> => stage.placeCall(access, url);

const lastTone = (samples: Float32Array, toneHz: number): number => toneShare(samples.subarray(-8_000), 16_000, toneHz);

test('browser and oracle hear each other decrypted; a listener without the key hears noise, one with it hears all', async () => {
  await using scene = await placeCall(livekit);
  const hidden = { ...livekit, sfuRoomName: scene.sfuRoomName };
  await using keyless = await joinHidden(hidden);
  const agent = await scene.answer();
  await expect.poll(() => agent.attempts, PATIENCE).toHaveLength(1);
  const { slot = 0, key: userKey = new Uint8Array(32) } = agent.mediaKeys.get(USER) ?? {};
  const agentKey = agent.mediaKeys.get(AGENT)?.key ?? new Uint8Array(32);
  await using keyed = await joinHidden({
    ...hidden,
    slot,
    keys: (identity) => (identity === USER ? userKey : agentKey),
  });

  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  // The positive control: the listening itself works.
  await expect.poll(() => lastTone(keyed.heard(USER), USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect.poll(() => lastTone(keyed.heard(AGENT), AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  // The packets reached the other listener as well, and held no tone at any time.
  for (const [identity, toneHz] of [
    [USER, USER_TONE_HZ],
    [AGENT, AGENT_TONE_HZ],
  ] as const) {
    await expect.poll(() => keyless.heard(identity).length, PATIENCE).toBeGreaterThan(8_000);
    const heard = keyless.heard(identity);
    for (let at = 0; at + 8_000 <= heard.length; at += 8_000) {
      expect(toneShare(heard.subarray(at, at + 8_000), 16_000, toneHz)).toBeLessThan(NOTHING);
    }
  }

  expect(await scene.page.evaluate(() => window.mediaPage.state())).toEqual({ kind: 'Live' });
  const timeline = await scene.page.evaluate(() => window.mediaPage.timeline());
  expect(Object.keys(timeline)).toEqual(
    expect.arrayContaining(['eventSent', 'joinToken', 'sfuConnected', 'agentJoined', 'handshake', 'oracleAudible']),
  );
  const statistics = await scene.page.evaluate(() => window.mediaPage.statistics());
  expect(statistics.encrypted).toBe(true);
  expect(statistics.tracks).toMatchObject([
    { direction: 'sent', kind: 'audio', isEncrypted: true },
    { direction: 'received', kind: 'audio', isEncrypted: true, participantIdentity: AGENT },
  ]);

  await expect
    .poll(() => scene.page.evaluate(() => window.mediaPage.security()), PATIENCE)
    .toMatchObject({ padlock: 'encrypted', comparisonCode: { raw: agent.attempts[0]?.comparisonCode } });

  // Asked while it is being closed and afterwards, a call has no tracks, which is no error.
  const asked = scene.page.evaluate(async () => {
    const ending = window.mediaPage.endCall();
    await window.mediaPage.statistics();
    await ending;
    return window.mediaPage.statistics();
  });
  expect(await asked).toEqual({ encrypted: false, tracks: [] });
  expect(await scene.page.evaluate(() => window.mediaPage.open())).toEqual(NOTHING_OPEN);
});

test('a later attempt changes every key and the code, and sound goes on', async () => {
  await using scene = await placeCall(livekit);
  const agent = await scene.answer();
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  const before = agent.mediaKeys.get(USER)?.key;
  await agent.begin(2);
  await expect.poll(() => agent.attempts, PATIENCE).toHaveLength(2);
  expect(agent.mediaKeys.get(USER)?.key).not.toEqual(before);
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect
    .poll(() => scene.page.evaluate(() => window.mediaPage.security()), PATIENCE)
    .toMatchObject({ padlock: 'encrypted', comparisonCode: { raw: agent.attempts[1]?.comparisonCode } });
});

test('an oracle that proves itself after it was taken for a stranger is heard all the same', async () => {
  await using scene = await placeCall(livekit);
  const agent = await scene.answer({}, async () => {
    await expect.poll(() => scene.notices(), PATIENCE).toContain(`stranger ${AGENT}`);
  });
  await expect.poll(() => agent.attempts, PATIENCE).toHaveLength(1);
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
});

test('a third participant without a key is told, is not played and hears only noise', async () => {
  await using scene = await placeCall(livekit);
  const agent = await scene.answer();
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  const mallory = await scene.joinKeyless('mallory', MALLORY_TONE_HZ);
  await expect
    .poll(() => scene.notices(), PATIENCE)
    .toEqual(expect.arrayContaining(['stranger mallory', 'error ERR_MEDIA_UNENCRYPTED']));
  expect((await scene.page.evaluate(() => window.mediaPage.open())).playing).toBe(1);
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  expect(mallory.heardTone(USER, USER_TONE_HZ)).toBeLessThan(NOTHING);
  expect(mallory.heardTone(AGENT, AGENT_TONE_HZ)).toBeLessThan(NOTHING);
  expect(await scene.page.evaluate(() => window.mediaPage.state())).toEqual({ kind: 'Live' });
});

test('an oracle with a wrong key is not heard, hears nothing, and is told as undecryptable', async () => {
  await using scene = await placeCall(livekit);
  const agent = await scene.answer({ mediaKeys: 'wrong' });
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`undecryptable ${AGENT}`);
  await expect
    .poll(() => scene.page.evaluate(() => window.mediaPage.state()), PATIENCE)
    .toEqual({ kind: 'Ended', reason: 'media-failed', code: 'ERR_MEDIA_UNDECRYPTABLE' });
  expect(agent.windows(USER, USER_TONE_HZ).filter((share) => share > NOTHING)).toEqual([]);
  expect(await scene.page.evaluate(() => window.mediaPage.timeline())).not.toHaveProperty('oracleAudible');
});

test("the oracle's own key under the user's name opens nothing: each direction has its key", async () => {
  await using scene = await placeCall(livekit);
  const agent = await scene.answer({ mediaKeys: 'own-for-both' });
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await expect
    .poll(async () => (await scene.page.evaluate(() => window.mediaPage.statistics())).tracks[0]?.packets, PATIENCE)
    .toBeGreaterThan(50);
  expect(agent.windows(USER, USER_TONE_HZ).filter((share) => share > NOTHING)).toEqual([]);
});

test('an agent that has the call key and not the identity key is never played, told as a stranger, and given up', async () => {
  await using scene = await placeCall(livekit);
  const agent = await scene.answer({ signsWith: SecretBytes.random(32, 'key of an impostor') });
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`stranger ${AGENT}`);
  expect((await scene.page.evaluate(() => window.mediaPage.open())).playing).toBe(0);
  await expect
    .poll(() => scene.page.evaluate(() => window.mediaPage.state()), PATIENCE)
    .toEqual({ kind: 'Ended', reason: 'media-failed', code: 'ERR_HANDSHAKE_TIMEOUT' });
  expect(agent.attempts).toEqual([]);
  expect(agent.windows(USER, USER_TONE_HZ).filter((share) => share > NOTHING)).toEqual([]);
});

test('a call given up while it connects leaves nothing open', async () => {
  await using scene = await placeCall(livekit);
  await scene.page.evaluate(() => window.mediaPage.endCall());
  expect(await scene.page.evaluate(() => window.mediaPage.state())).toEqual({ kind: 'Ended', reason: 'cancelled' });
  expect(await scene.page.evaluate(() => window.mediaPage.open())).toEqual(NOTHING_OPEN);
});

test('an SFU that dies in mid-call is waited for, then the call ends as connection-lost with nothing open', async () => {
  const ownState = await mkdtemp(join(tmpdir(), 'oracle-calls-sdk-media-'));
  const mortal = await startLiveKit({ stateDir: ownState });
  await using scene = await placeCall(mortal);
  await scene.answer();
  await expect.poll(() => scene.oracleTone(AGENT_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await mortal.close();
  await expect.poll(() => scene.notices(), PATIENCE).toContain('reconnecting');
  await expect
    .poll(() => scene.page.evaluate(() => window.mediaPage.state()), { ...PATIENCE, timeout: 30_000 })
    .toEqual({ kind: 'Ended', reason: 'connection-lost', code: 'ERR_MEDIA_CONNECT' });
  expect(await scene.page.evaluate(() => window.mediaPage.open())).toEqual(NOTHING_OPEN);
  await rm(ownState, { recursive: true, force: true });
});

test('an SFU that is down is ERR_MEDIA_CONNECT and leaves nothing open', async () => {
  const closedPort = await freePort();
  await using scene = await stage.placeCallInVain(livekit, `ws://127.0.0.1:${closedPort}`);
  await expect
    .poll(() => scene.page.evaluate(() => window.mediaPage.state()), { ...PATIENCE, timeout: 40_000 })
    .toEqual({ kind: 'Ended', reason: 'media-failed', code: 'ERR_MEDIA_CONNECT' });
  expect(await scene.page.evaluate(() => window.mediaPage.open())).toEqual(NOTHING_OPEN);
});

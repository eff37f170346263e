import { WritableStream } from 'node:stream/web';
import { createCallerSeat } from '@oracle-calls/node-media/seat';
import { SecretBytes, systemClock } from '@oracle-calls/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinKeyed } from './frame-cryptor/keyed-participant.ts';
import type { MediaPage } from './sdk-media/media-page.ts';
import { AGENT_TONE_HZ, MediaStage, PATIENCE, USER, USER_TONE_HZ, type MediaScene } from './sdk-media/media-stage.ts';
import type { ToneOracle } from './sdk-media/tone-oracle.ts';
import { createJoinToken } from './sdk-media/tone-participant.ts';

const OTHER_TONE_HZ = 1_030;
const CLEAR = 0.6;
const NOTHING = 0.15;
const OTHER_MICROPHONE = { kind: 'audioinput', deviceId: 'other', label: 'Other fork', toneHz: OTHER_TONE_HZ } as const;
const CAMERA = { kind: 'videoinput', deviceId: 'wall', label: 'Red wall', colour: 'red' } as const;

let stage: MediaStage;

beforeAll(async () => {
  stage = await MediaStage.open();
});

afterAll(() => stage[Symbol.asyncDispose]());

interface LiveScene extends MediaScene {
  readonly agent: ToneOracle;
  /** Somebody in the room who has no key. */
  readonly keyless: Awaited<ReturnType<typeof joinKeyed>>;
}

/** A call in which both hear each other, with a keyless listener beside. */
async function talk(): Promise<LiveScene> {
  const scene = await stage.placeCall(stage.livekit);
  const agent = await scene.answer();
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  const { sfuRoomName } = scene;
  const keyless = await joinKeyed({ ...stage.livekit, sfuRoomName, identity: 'mallory', toneHz: 990, isPlain: true });
  return {
    ...scene,
    agent,
    keyless,
    async [Symbol.asyncDispose]() {
      await keyless[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
    },
  };
}

const enabled = ({ page }: MediaScene): Promise<ReturnType<MediaPage['enabled']>> =>
  page.evaluate(() => window.mediaPage.enabled());
const lights = ({ page }: MediaScene): Promise<readonly string[]> => page.evaluate(() => window.mediaPage.lights());
const padlock = ({ page }: MediaScene): Promise<string> => page.evaluate(() => window.mediaPage.security().padlock);

/** Every track that is sent, as long as something of it has left. */
async function sent({ page }: MediaScene) {
  const { tracks } = await page.evaluate(() => window.mediaPage.statistics());
  return tracks
    .filter(({ direction, packets }) => direction === 'sent' && packets > 0)
    .map(({ kind, isEncrypted }) => `${kind} ${isEncrypted ? 'sealed' : 'in the clear'}`);
}

test('another microphone in mid-call is heard under the same keys, and by nobody without them', async () => {
  await using scene = await talk();
  const { agent, keyless, page } = scene;
  const { key } = agent.mediaKeys.get(USER) ?? {};
  await page.evaluate(async (device) => {
    window.mediaPage.plugIn(device);
    await window.mediaPage.choose('microphone', device.deviceId);
  }, OTHER_MICROPHONE);
  await expect.poll(() => agent.heardTone(USER, OTHER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  expect(agent.heardTone(USER, USER_TONE_HZ)).toBeLessThan(NOTHING);
  expect(agent.mediaKeys.get(USER)?.key).toEqual(key);
  expect(agent.epochs).toEqual([]);
  expect(await lights(scene)).toEqual(['other']);
  expect(await sent(scene)).toEqual(['audio sealed']);
  expect(await padlock(scene)).toBe('encrypted');
  for (const toneHz of [USER_TONE_HZ, OTHER_TONE_HZ]) {
    expect(keyless.windows(USER, toneHz).filter((share) => share > NOTHING)).toEqual([]);
  }
  expect(await scene.oracleTone(AGENT_TONE_HZ)).toBeGreaterThan(CLEAR);
});

test('a muted call stays muted with another microphone', async () => {
  await using scene = await talk();
  const { agent, page } = scene;
  await page.evaluate(async (device) => {
    window.mediaPage.plugIn(device);
    await window.mediaPage.setMicrophone(false);
    await window.mediaPage.choose('microphone', device.deviceId);
  }, OTHER_MICROPHONE);
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeLessThan(NOTHING);
  await page.evaluate(() => window.mediaPage.setMicrophone(true));
  await expect.poll(() => agent.heardTone(USER, OTHER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  expect(await enabled(scene)).toEqual({ microphone: true, camera: false, screen: false });
});

test('a microphone that cannot be used is refused, and the one before stays', async () => {
  await using scene = await talk();
  const { agent, page } = scene;
  const refusal = page.evaluate(() => window.mediaPage.choose('microphone', 'gone'));
  await expect(refusal).rejects.toThrow('OracleCallError');
  expect(await lights(scene)).toEqual(['fork']);
  await expect.poll(() => agent.heardTone(USER, USER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
});

test('an audio call shows the camera when it is switched on, sealed, and nothing with its light when it is off', async () => {
  await using scene = await talk();
  const { agent, keyless, page } = scene;
  await page.evaluate(async (device) => {
    window.mediaPage.plugIn(device);
    await window.mediaPage.setCamera(true);
  }, CAMERA);
  expect(await enabled(scene)).toEqual({ microphone: true, camera: true, screen: false });
  await expect.poll(() => agent.seenColour(USER), PATIENCE).toBe('red');
  await expect.poll(() => sent(scene), PATIENCE).toEqual(['audio sealed', 'video sealed']);
  expect(await padlock(scene)).toBe('encrypted');
  await page.evaluate(() => window.mediaPage.setCamera(false));
  expect(await lights(scene)).toEqual(['fork']);
  await expect.poll(() => sent(scene), PATIENCE).toEqual(['audio sealed']);
  // Once more: what was taken away can come back.
  await page.evaluate(() => window.mediaPage.setCamera(true));
  await expect.poll(() => sent(scene), PATIENCE).toEqual(['audio sealed', 'video sealed']);
  expect(keyless.seenColour(USER)).not.toBe('red');
  expect(await padlock(scene)).toBe('encrypted');
  expect(await scene.notices()).not.toContain('reconnecting');
});

test('a shared screen leaves sealed, and ends by the bar of the browser', async () => {
  await using scene = await talk();
  const { agent, page } = scene;
  await page.evaluate(() => window.mediaPage.setScreen(true));
  expect(await enabled(scene)).toEqual({ microphone: true, camera: false, screen: true });
  await expect.poll(() => sent(scene), PATIENCE).toEqual(['audio sealed', 'video sealed']);
  await expect.poll(() => agent.seenColour(USER), PATIENCE).toBeDefined();
  expect(await padlock(scene)).toBe('encrypted');
  await page.evaluate(() => window.mediaPage.stopScreen());
  await expect.poll(() => scene.notices(), PATIENCE).toContain('ended screen stopped');
  expect(await enabled(scene)).toEqual({ microphone: true, camera: false, screen: false });
  await expect.poll(() => sent(scene), PATIENCE).toEqual(['audio sealed']);
});

test('an unplugged microphone is replaced; with none left the call goes on muted until one is chosen', async () => {
  await using scene = await talk();
  const { agent, page } = scene;
  await page.evaluate((device) => {
    window.mediaPage.plugIn(device);
    window.mediaPage.unplug('fork');
  }, OTHER_MICROPHONE);
  await expect.poll(() => scene.notices(), PATIENCE).toContain('replaced microphone');
  await expect.poll(() => agent.heardTone(USER, OTHER_TONE_HZ), PATIENCE).toBeGreaterThan(CLEAR);
  await page.evaluate(() => window.mediaPage.unplug('other'));
  await expect
    .poll(() => scene.notices(), PATIENCE)
    .toEqual(expect.arrayContaining(['ended microphone unplugged', 'unplugged microphone']));
  expect(await enabled(scene)).toEqual({ microphone: false, camera: false, screen: false });
  expect(await page.evaluate(() => window.mediaPage.state())).toEqual({ kind: 'Live' });
  await page.evaluate(async (device) => {
    window.mediaPage.plugIn({ ...device, toneHz: 1_200 });
    await window.mediaPage.choose('microphone', device.deviceId);
  }, OTHER_MICROPHONE);
  await expect.poll(() => agent.heardTone(USER, 1_200), PATIENCE).toBeGreaterThan(CLEAR);
  expect(await enabled(scene)).toEqual({ microphone: true, camera: false, screen: false });
  expect(await padlock(scene)).toBe('encrypted');
});

test("an agent's seat goes on hearing the user whose camera is on, and takes nothing of the pictures", async () => {
  await using scene = await talk();
  const { agent, page, sfuRoomName } = scene;
  const token = await createJoinToken(stage.livekit, sfuRoomName, 'seat', 'agent');
  await using seat = createCallerSeat({ url: stage.livekit.url, token, clock: systemClock });
  const refused: string[] = [];
  let heardSamples = 0;
  await seat.join({
    onStage: () => undefined,
    observe(notice) {
      if (notice.kind === 'refused' && notice.participantIdentity === USER) refused.push(notice.reason);
      if (notice.kind !== 'user-audio') return;
      const listening = notice.stream.pipeTo(
        new WritableStream({ write: ({ data }) => void (heardSamples += data.length) }),
      );
      listening.catch(() => undefined);
    },
  });
  const { slot = 0, key = new Uint8Array(32) } = agent.mediaKeys.get(USER) ?? {};
  await seat.frameKeys.installReceiving(USER, slot, new SecretBytes(key.slice(), 'media key'));
  seat.admit(USER);
  await expect.poll(() => heardSamples, PATIENCE).toBeGreaterThan(0);
  await page.evaluate(async (device) => {
    window.mediaPage.plugIn(device);
    await window.mediaPage.setCamera(true);
  }, CAMERA);
  await expect.poll(() => agent.seenColour(USER), PATIENCE).toBe('red');
  await expect.poll(() => refused, PATIENCE).toEqual(['not-audio']);
  const before = heardSamples;
  await expect.poll(() => heardSamples, PATIENCE).toBeGreaterThan(before + 16_000);
  const received = (await seat.sampleTracks()).filter(({ participantIdentity }) => participantIdentity === USER);
  expect(received).toMatchObject([{ kind: 'audio', isMarkedEncrypted: true, hasCryptor: true }]);
});

test("the connection's quality is told from the browser's own statistics", async () => {
  await using scene = await talk();
  await expect.poll(() => scene.page.evaluate(() => window.mediaPage.quality()), PATIENCE).toBe('good');
});

test('a call that ends switches everything off', async () => {
  await using scene = await talk();
  const { page } = scene;
  await page.evaluate(async (device) => {
    window.mediaPage.plugIn(device);
    await window.mediaPage.setCamera(true);
    await window.mediaPage.setScreen(true);
    await window.mediaPage.endCall();
  }, CAMERA);
  expect(await page.evaluate(() => window.mediaPage.open())).toEqual({
    workers: 0,
    peerConnections: 0,
    devices: 0,
    playing: 0,
  });
  expect(await enabled(scene)).toEqual({ microphone: true, camera: false, screen: false });
});

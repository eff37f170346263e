import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Encryption_Type,
  MuteTrackRequest,
  Room,
  RoomMovedResponse,
  SignalResponse,
  TrackInfo,
  TrackType,
} from '@livekit/protocol';
import { dispose } from '@livekit/rtc-node';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../dev/caller/chromium.ts';
import { startLiveKit, type LiveKit } from '../../dev/livekit/livekit.ts';
import { ensureChromium } from '../../dev/toolchain/chromium.ts';
import { fullReconnect, lastNewsOf, participantNews, participantsIn } from '../attacks/lying-sfu/lies.ts';
import { startLyingSfu, type LyingSfu } from '../attacks/lying-sfu/lying-sfu.ts';
import { AGENT, NOTHING, PATIENCE, SLOT, USER, openFrameScene, type FrameScene } from './frame-cryptor/frame-scene.ts';
import { serveMediaSite, type MediaSite } from './sdk-media/media-site.ts';

/*
 * A media server that lies in signalling, in front of an honest one (`tests/attacks/lying-sfu`), against the SDK's media port.
 */

let stateDir: string;
let livekit: LiveKit;
let site: MediaSite;
let browser: Browser;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-frame-lies-'));
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

/** A page that talks through the lying server, with keys, heard on both sides. */
async function openConversation(sfu: LyingSfu): Promise<FrameScene> {
  const scene = await openFrameScene({ browser, site, access: livekit, pageUrl: sfu.url });
  await scene.page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.exchangeKeys(SLOT);
  await scene.expectBothHeard();
  return scene;
}

const isCapturing = ({ page }: FrameScene): Promise<boolean> => page.evaluate(() => window.framePage.isCapturing());

test('an honest full reconnect: capturing stops at once, both hear again, and nothing was in the clear', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  await using scene = await openConversation(sfu);
  const captured = scene.page.evaluate(async () => {
    // Asked in the same task as the notice would be too early; polled, and told with the moment.
    while (!window.framePage.notices().includes('reconnecting')) await new Promise(requestAnimationFrame);
    return window.framePage.isCapturing();
  });
  sfu.last.say(fullReconnect());
  expect(await captured).toBe(false);
  await expect.poll(() => scene.notices(), PATIENCE).toContain('reconnected');
  await expect.poll(() => isCapturing(scene), PATIENCE).toBe(true);
  await scene.expectBothHeard();
  await scene.expectNothingInTheClear();
  const statistics = await scene.page.evaluate(() => window.framePage.statistics());
  expect(statistics.map(({ direction, isEncrypted }) => [direction, isEncrypted])).toEqual([
    ['sent', true],
    ['received', true],
  ]);
  expect((await scene.notices()).filter((notice) => notice.startsWith('sendingGuarded'))).toEqual([
    'sendingGuarded true',
    'sendingGuarded false',
    'sendingGuarded true',
  ]);
});

test('e2: an SFU that renames us in a full reconnect loses us, and nothing was in the clear', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  await using scene = await openConversation(sfu);
  sfu.respond = ({ message }) => {
    if (message.case === 'join' && message.value.participant !== undefined)
      message.value.participant.identity = 'nobody';
    return 'forward';
  };
  sfu.last.say(fullReconnect());
  await expect.poll(() => scene.notices(), PATIENCE).toContain('disconnected lost');
  expect(await isCapturing(scene)).toBe(false);
  await scene.expectNothingInTheClear();
  expect(await scene.notices()).not.toContain('reconnected');
});

test('e2: news of us under another name make a stranger, not another us', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  await using scene = await openConversation(sfu);
  const news = lastNewsOf(sfu.last, USER);
  if (news === undefined) throw new Error('The server said nothing about the user.');
  news.identity = 'nobody';
  sfu.last.say(participantNews(news));
  await expect.poll(() => scene.notices(), PATIENCE).toContain('participantJoined nobody');
  await scene.expectBothHeard();
  await scene.expectNothingInTheClear();
});

test('an SFU that moves us to another room loses us', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  await using scene = await openConversation(sfu);
  const value = new RoomMovedResponse({ room: new Room({ name: 'elsewhere' }) });
  sfu.last.say(new SignalResponse({ message: { case: 'roomMoved', value } }));
  await expect.poll(() => scene.notices(), PATIENCE).toContain('disconnected lost');
  expect(await isCapturing(scene)).toBe(false);
});

test('an SFU that gives us another name when we join is not joined', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  sfu.respond = ({ message }) => {
    for (const participant of participantsIn(message)) {
      if (participant.identity === USER) participant.identity = 'nobody';
    }
    return 'forward';
  };
  const opening = openFrameScene({ browser, site, access: livekit, pageUrl: sfu.url });
  await expect(opening).rejects.toThrow(/media connect/);
});

/** An SFU that makes frames of its own, in plaintext, and says that they are encrypted. */
function sayEncrypted(sfu: LyingSfu): void {
  sfu.respond = ({ message }) => {
    for (const track of participantsIn(message).flatMap(({ tracks }) => tracks)) track.encryption = Encryption_Type.GCM;
    return 'forward';
  };
}

function plaintextNews(sfu: LyingSfu, change: (tracks: TrackInfo[]) => void): void {
  const news = lastNewsOf(sfu.last, AGENT);
  if (news === undefined) throw new Error('The server said nothing about the agent.');
  change(news.tracks);
  sfu.last.say(participantNews(news));
}

/** Three seconds of the agent's sound have come, and none was heard. */
async function expectUnheard(scene: FrameScene): Promise<void> {
  for (let tenth = 0; tenth < 10; tenth += 1) {
    await scene.receivePackets(15);
    expect(await scene.heardByPage()).toBe(0);
  }
}

test('e3: frames in plaintext are not heard, whatever the SFU says of them before or later', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  sayEncrypted(sfu);
  await using scene = await openFrameScene({
    browser,
    site,
    access: livekit,
    pageUrl: sfu.url,
    isAgentPlain: true,
  });
  await scene.page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.exchangeKeys(SLOT);
  await expectUnheard(scene);
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`undecryptable ${AGENT}`);

  // Announcing another track in plaintext made LiveKit's own worker stop decrypting all of the participant's.
  plaintextNews(sfu, (tracks) => {
    for (const track of tracks) track.encryption = Encryption_Type.GCM;
    const { AUDIO } = TrackType;
    tracks.push(
      new TrackInfo({ sid: 'TR_invented', type: AUDIO, mimeType: 'audio/opus', encryption: Encryption_Type.NONE }),
    );
  });
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`trackRefused ${AGENT}`);
  await expectUnheard(scene);
  plaintextNews(sfu, (tracks) => {
    for (const track of tracks) track.encryption = Encryption_Type.NONE;
  });
  await expectUnheard(scene);
  const statistics = await scene.page.evaluate(() => window.framePage.statistics());
  expect(statistics.find(({ direction }) => direction === 'received')?.isEncrypted).toBe(false);
});

test('a track that is announced in plaintext is refused before it is attached', async () => {
  await using scene = await openFrameScene({ browser, site, access: livekit, isAgentPlain: true });
  await scene.page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`trackRefused ${AGENT}`);
  expect((await scene.notices()).filter((notice) => notice.startsWith('trackArrived'))).toEqual([]);
});

test('announcing media in plaintext switches no decryption off', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  await using scene = await openConversation(sfu);
  plaintextNews(sfu, (tracks) => {
    const { AUDIO } = TrackType;
    tracks.push(
      new TrackInfo({ sid: 'TR_invented', type: AUDIO, mimeType: 'audio/opus', encryption: Encryption_Type.NONE }),
    );
  });
  await expect.poll(() => scene.notices(), PATIENCE).toContain(`trackRefused ${AGENT}`);
  await scene.expectBothHeard();
});

test('frames that the browser leads past the worker are not heard, and are not called encrypted', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  sayEncrypted(sfu);
  await using scene = await openFrameScene({
    browser,
    site,
    access: livekit,
    pageUrl: sfu.url,
    isAgentPlain: true,
    frameAccess: 'slipping',
  });
  await scene.page.evaluate((identity) => window.framePage.admit(identity), AGENT);
  await scene.exchangeKeys(SLOT);
  await expectUnheard(scene);
  const statistics = await scene.page.evaluate(() => window.framePage.statistics());
  expect(statistics.find(({ direction }) => direction === 'received')).toMatchObject({ isEncrypted: false });
});

test('an SFU cannot switch the microphone of a muted user on', async () => {
  await using sfu = await startLyingSfu(livekit.url);
  await using scene = await openConversation(sfu);
  await scene.page.evaluate(() => window.framePage.setMuted(true));
  await expect.poll(() => scene.heardByAgent(), PATIENCE).toBeLessThan(NOTHING);
  const sid = await microphoneSid(sfu);
  for (const muted of [true, false]) {
    sfu.last.say(new SignalResponse({ message: { case: 'mute', value: new MuteTrackRequest({ sid, muted }) } }));
  }
  // A frame of ours that went there and back shows that the page has heard the SFU.
  await scene.page.evaluate(() => window.framePage.sendFrame('heard', 'agent'));
  await expect.poll(() => scene.agent.data, PATIENCE).toContain('oracle-calls: heard');
  const before = scene.agent.windows(USER, 660).length;
  await expect.poll(() => scene.agent.windows(USER, 660).length, PATIENCE).toBeGreaterThan(before + 4);
  expect(Math.max(...scene.agent.windows(USER, 660).slice(before))).toBeLessThan(NOTHING);
  expect(await isCapturing(scene)).toBe(false);
});

async function microphoneSid(sfu: LyingSfu): Promise<string> {
  for (const { message } of sfu.last.responses) {
    if (message.case === 'trackPublished' && message.value.track !== undefined) return message.value.track.sid;
  }
  throw new Error('The page has published nothing.');
}

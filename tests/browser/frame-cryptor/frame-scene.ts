import { randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { joinHidden, type HiddenListener } from '../../system/hidden-listener.ts';
import type { MediaSite } from '../sdk-media/media-site.ts';
import { toneShare } from '../sdk-media/tone.ts';
import { createJoinToken, type SfuAccess } from '../sdk-media/tone-participant.ts';
import type { Colour } from './picture.ts';
import { joinKeyed, type KeyedParticipant } from './keyed-participant.ts';

export const USER = 'user';
export const AGENT = 'agent';
export const USER_TONE_HZ = 660;
export const AGENT_TONE_HZ = 440;
/** A tone that came through scores above this, noise and other tones far below. */
export const CLEAR = 0.6;
export const NOTHING = 0.15;
export const PATIENCE = { timeout: 20_000, interval: 100 };
/** LiveKit's first slot is 0: another shows that the slot is heeded. */
export const SLOT = 5;

const HIDDEN_RATE = 16_000;

export interface FrameSceneOptions {
  readonly browser: Browser;
  readonly site: MediaSite;
  /** The honest SFU. */
  readonly access: SfuAccess;
  /** Where the page connects. Default: there. */
  readonly pageUrl?: string;
  readonly colour?: Colour;
  /** The agent sends in plaintext: with an SFU that says otherwise it stands in for one that makes frames of its own. */
  readonly isAgentPlain?: boolean;
  /** Which way to the frames the browser offers. Default: all that it has. */
  readonly frameAccess?: FrameAccess;
}

/** A page and a plain LiveKit client in one room, and one who listens unseen without a key. Nobody has keys yet. */
export interface FrameScene extends AsyncDisposable {
  readonly page: Page;
  readonly sfuRoomName: string;
  readonly agent: KeyedParticipant;
  readonly keyless: HiddenListener;
  readonly userKey: Uint8Array;
  readonly agentKey: Uint8Array;
  /** Gives both ends the keys of both directions, in this slot, and lets them send with it. */
  exchangeKeys(slot: number, userKey?: Uint8Array, agentKey?: Uint8Array): Promise<void>;
  heardByPage(toneHz?: number): Promise<number>;
  heardByAgent(): number;
  notices(): Promise<readonly string[]>;
  /** Resolves when the page has received another `count` packets of the agent's sound. */
  receivePackets(count: number): Promise<void>;
  /** Both ends hear one another. */
  expectBothHeard(): Promise<void>;
  /** The one without a key has heard something of the user, and never the tone. */
  expectNothingInTheClear(): Promise<void>;
}

export async function openFrameScene(options: FrameSceneOptions): Promise<FrameScene> {
  const { browser, site, access, pageUrl = access.url, colour, frameAccess, isAgentPlain = false } = options;
  const sfuRoomName = `frames-${randomBytes(6).toString('hex')}`;
  const keyless = await joinHidden({ ...access, sfuRoomName });
  const agent = await joinKeyed({
    ...access,
    sfuRoomName,
    identity: AGENT,
    toneHz: AGENT_TONE_HZ,
    isPlain: isAgentPlain,
    ...(colour === undefined ? {} : { colour }),
  });
  const context = await browser.newContext({ permissions: ['microphone'] });
  const page = await context.newPage();
  await page.addInitScript(limitFrameAccess, frameAccess);
  await page.goto(site.url);
  await page.waitForFunction(() => 'framePage' in window);
  const joinToken = await createJoinToken(access, sfuRoomName, USER);
  await page.evaluate((given) => window.framePage.connect(given), { url: pageUrl, joinToken, identity: USER });
  await page.evaluate((toneHz) => window.framePage.publishTone(toneHz), USER_TONE_HZ);

  const userKey = randomBytes(32);
  const agentKey = randomBytes(32);
  const scene: FrameScene = {
    page,
    sfuRoomName,
    agent,
    keyless,
    userKey,
    agentKey,
    async exchangeKeys(slot, ofUser = userKey, ofAgent = agentKey) {
      if (!isAgentPlain) {
        agent.setKey(USER, slot, ofUser);
        agent.setKey(AGENT, slot, ofAgent);
      }
      const keys = { identity: AGENT, slot, ofUser: hex(ofUser), ofAgent: hex(ofAgent) };
      await page.evaluate(
        (given) => window.framePage.installReceiving(given.identity, given.slot, given.ofAgent),
        keys,
      );
      if (!isAgentPlain) agent.sendWith(slot);
      await page.evaluate((given) => window.framePage.switchSending(given.slot, given.ofUser), keys);
    },
    heardByPage: (toneHz = AGENT_TONE_HZ) =>
      page.evaluate(([identity, hz]) => window.framePage.heardTone(identity, hz), [AGENT, toneHz] as const),
    heardByAgent: () => agent.heardTone(USER, USER_TONE_HZ),
    notices: () => page.evaluate(() => window.framePage.notices()),
    async receivePackets(count) {
      const received = async (): Promise<number> => {
        const statistics = await page.evaluate(() => window.framePage.statistics());
        return statistics.find(({ direction, kind }) => direction === 'received' && kind === 'audio')?.packets ?? 0;
      };
      const before = await received();
      await expect.poll(received, PATIENCE).toBeGreaterThan(before + count);
    },
    async expectBothHeard() {
      await expect.poll(() => scene.heardByPage(), PATIENCE).toBeGreaterThan(CLEAR);
      await expect.poll(() => scene.heardByAgent(), PATIENCE).toBeGreaterThan(CLEAR);
    },
    async expectNothingInTheClear() {
      for (const [identity, toneHz] of [
        [USER, USER_TONE_HZ],
        ['nobody', USER_TONE_HZ],
      ] as const) {
        const heard = keyless.heard(identity);
        for (let at = 0; at + HIDDEN_RATE / 4 <= heard.length; at += HIDDEN_RATE / 4) {
          expect(toneShare(heard.subarray(at, at + HIDDEN_RATE / 4), HIDDEN_RATE, toneHz)).toBeLessThan(CLEAR / 2);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await agent[Symbol.asyncDispose]();
      await keyless[Symbol.asyncDispose]();
    },
  };
  return scene;
}

/**
 * - `script-transform`: the standard's way alone.
 * - `slipping`: the same without the flag on connections, where Chromium 156 leads what LiveKit receives past the transform.
 * - `encoded-streams`: Chromium's older way alone.
 */
export type FrameAccess = 'script-transform' | 'slipping' | 'encoded-streams';

/** Runs in the page, before it. */
function limitFrameAccess(frameAccess: FrameAccess | undefined): void {
  if (frameAccess === 'encoded-streams') Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
  if (frameAccess !== 'script-transform' && frameAccess !== 'slipping') return;
  for (const { prototype } of [RTCRtpSender, RTCRtpReceiver]) Reflect.deleteProperty(prototype, 'createEncodedStreams');
  if (frameAccess === 'slipping') return;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration: RTCConfiguration = {}) {
      super(Object.assign(configuration, { encodedInsertableStreams: true }));
    }
    override setConfiguration(configuration: RTCConfiguration = {}): void {
      super.setConfiguration(Object.assign(configuration, { encodedInsertableStreams: true }));
    }
  };
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

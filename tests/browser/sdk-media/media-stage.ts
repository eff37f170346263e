import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchChromium } from '../../../dev/caller/chromium.ts';
import { startLiveKit, type LiveKit } from '../../../dev/livekit/livekit.ts';
import { ensureChromium } from '../../../dev/toolchain/chromium.ts';
import { serveMediaSite, type MediaSite } from './media-site.ts';
import { createOracleIdentity, joinAsOracle, type ToneOracle, type ToneOracleOptions } from './tone-oracle.ts';
import { createJoinToken, joinWithTone, type SfuAccess, type ToneParticipant } from './tone-participant.ts';

export const USER = 'user';
export const AGENT = 'agent';
export const USER_TONE_HZ = 660;
export const AGENT_TONE_HZ = 440;
export const PATIENCE = { timeout: 20_000, interval: 100 };

/** A page that has placed a call and waits for the oracle. */
export interface MediaScene extends AsyncDisposable {
  readonly page: Page;
  readonly sfuRoomName: string;
  /** Joins as an agent that has the envelope, and offers, at once or when told; `changes` plays one that is not what it should be. */
  answer(changes?: Partial<ToneOracleOptions>, beforeOffer?: () => Promise<void>): Promise<ToneOracle>;
  /** Joins as somebody without any key. */
  joinKeyless(identity: string, toneHz: number): Promise<ToneParticipant>;
  oracleTone(toneHz: number): Promise<number>;
  notices(): Promise<readonly string[]>;
}

/** A real LiveKit, Chromium, and the page with the SDK's core and its real media. */
export class MediaStage implements AsyncDisposable {
  readonly livekit: LiveKit;
  readonly #browser: Browser;
  readonly #site: MediaSite;
  readonly #stateDir: string;

  private constructor(parts: { livekit: LiveKit; browser: Browser; site: MediaSite; stateDir: string }) {
    this.livekit = parts.livekit;
    this.#browser = parts.browser;
    this.#site = parts.site;
    this.#stateDir = parts.stateDir;
  }

  static async open(): Promise<MediaStage> {
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-sdk-media-'));
    const executablePath = await ensureChromium();
    const [livekit, site, browser] = await Promise.all([
      startLiveKit({ stateDir }),
      serveMediaSite(),
      launchChromium(executablePath),
    ]);
    return new MediaStage({ livekit, browser, site, stateDir });
  }

  /** @param url where the page finds the SFU, when that is not where `access` says */
  async placeCall(access: SfuAccess, url = access.url): Promise<MediaScene> {
    const { page, oracle, close } = await this.#place(access, url);
    const call = await (await page.waitForFunction(() => window.mediaPage.placed())).jsonValue();
    if (call === undefined) throw new Error('The page has announced no call.');
    const { sfuRoomName } = call;
    const joined: AsyncDisposable[] = [];
    return {
      page,
      sfuRoomName,
      async answer(changes = {}, beforeOffer = async () => undefined) {
        const own = { call, oracle, userIdentity: USER, identity: AGENT, toneHz: AGENT_TONE_HZ };
        const agent = await joinAsOracle({ ...access, ...own, ...changes });
        joined.push(agent);
        await expect.poll(() => [...agent.room.remoteParticipants.keys()], PATIENCE).toContain(USER);
        await beforeOffer();
        await agent.begin(1);
        return agent;
      },
      async joinKeyless(identity, toneHz) {
        const participant = await joinWithTone({ ...access, sfuRoomName, identity, kind: 'standard', toneHz });
        joined.push(participant);
        return participant;
      },
      oracleTone: (toneHz) => page.evaluate((hz) => window.mediaPage.oracleTone(hz), toneHz),
      notices: () => page.evaluate(() => window.mediaPage.notices()),
      async [Symbol.asyncDispose]() {
        await Promise.all(joined.map((participant) => participant[Symbol.asyncDispose]()));
        await close();
      },
    };
  }

  /** A page that calls by an SFU that cannot be reached: whether the call was announced by then is nobody's matter. */
  async placeCallInVain(access: SfuAccess, url: string): Promise<Pick<MediaScene, 'page'> & AsyncDisposable> {
    const { page, close } = await this.#place(access, url);
    return { page, [Symbol.asyncDispose]: close };
  }

  async #place(access: SfuAccess, url: string) {
    const oracle = createOracleIdentity();
    const context = await this.#browser.newContext({ permissions: ['microphone'] });
    const page = await context.newPage();
    await page.exposeFunction('requestJoinToken', (room: string) => createJoinToken(access, room, USER));
    await page.goto(this.#site.url);
    await page.waitForFunction(() => 'mediaPage' in window);
    const options = { url, identity: USER, toneHz: USER_TONE_HZ, oracle: oracle.hex };
    await page.evaluate((place) => window.mediaPage.place(place), options);
    return { page, oracle, close: () => context.close() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#site[Symbol.asyncDispose]();
    await this.livekit.close();
    await rm(this.#stateDir, { recursive: true, force: true });
    await dispose();
  }
}

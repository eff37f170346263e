import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSfuRoomName } from '@oracle-calls/protocol';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../../dev/caller/chromium.ts';
import { startLiveKit, type LiveKit } from '../../../dev/livekit/livekit.ts';
import { ensureToolchain } from '../../../dev/toolchain/toolchain.ts';
import { createJoinToken } from '../../browser/sdk-media/tone-participant.ts';
import { until } from '../../system/agent/until.ts';
import type { AttackScene, Twin } from '../attack.ts';
import { startLyingSfu, type LyingSfu } from '../lying-sfu/lying-sfu.ts';
import { setMediaKey } from '../room/binding.ts';
import { RoomParticipant, type RoomParticipantOptions, type SfuAccess } from '../room/room-participant.ts';
import type { SourcePatch } from '../twin/source-patch.ts';
import type { SeatKey } from './seat-page.ts';
import { serveSeat, type SeatSite } from './seat-site.ts';

export const USER = 'u-user';
export const ORACLE = 'a-oracle';
/** What the microphone hums, and what the oracle does. */
export const USER_TONE_HZ = 700;
export const ORACLE_TONE_HZ = 440;
/** Share of a tone from which it counts as heard; ciphertext played as sound is noise, which has next to nothing of it. */
export const HEARD = 0.5;

const newKey = (): SeatKey => ({
  slot: 5,
  keyHex: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex'),
});
export const keyBytes = ({ keyHex }: SeatKey): Uint8Array => new Uint8Array(Buffer.from(keyHex, 'hex'));

/** One call of the seat: the page behind a relay that may lie, the oracle, and somebody without a key who listens. */
export class SeatCall implements AsyncDisposable {
  readonly sfu: LyingSfu;
  readonly page: Page;
  readonly oracle: RoomParticipant;
  readonly spy: RoomParticipant;
  readonly sfuRoomName: string;
  /** What the oracle's voice is sealed with. */
  readonly oracleKey: { readonly slot: number; readonly key: Uint8Array };
  readonly #resources: AsyncDisposableStack;

  constructor(
    parts: Pick<SeatCall, 'sfu' | 'page' | 'oracle' | 'spy' | 'sfuRoomName' | 'oracleKey'>,
    resources: AsyncDisposableStack,
  ) {
    this.sfu = parts.sfu;
    this.page = parts.page;
    this.oracle = parts.oracle;
    this.spy = parts.spy;
    this.sfuRoomName = parts.sfuRoomName;
    this.oracleKey = parts.oracleKey;
    this.#resources = resources;
  }

  /** What the page plays of a tone, 0 to 1. */
  heardTone(toneHz: number): Promise<number> {
    return this.page.evaluate((hz) => window.seatPage.heardTone(hz), toneHz);
  }

  notices(): Promise<readonly string[]> {
    return this.page.evaluate(() => [...window.seatPage.notices()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** Real LiveKit and real Chromium with the SDK's media; no homeserver, no agent. */
export class BrowserScene implements AttackScene {
  readonly #livekit: LiveKit;
  readonly #browser: Browser;
  readonly #resources: AsyncDisposableStack;
  #patches: readonly SourcePatch[] = [];
  #site: SeatSite | undefined;

  private constructor(livekit: LiveKit, browser: Browser, resources: AsyncDisposableStack) {
    this.#livekit = livekit;
    this.#browser = browser;
    this.#resources = resources;
  }

  static async open(): Promise<BrowserScene> {
    const { chromium } = await ensureToolchain();
    if (chromium === undefined) throw new Error('There is no Chromium.');
    await using opening = new AsyncDisposableStack();
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-attack-'));
    opening.defer(() => rm(stateDir, { recursive: true, force: true }));
    const livekit = opening.use(await startLiveKit({ stateDir }));
    const browser = await launchChromium(chromium);
    opening.defer(() => browser.close());
    return new BrowserScene(livekit, browser, opening.move());
  }

  async become(twin: Twin | undefined): Promise<void> {
    const wanted = twin?.patches ?? [];
    if (wanted === this.#patches || (wanted.length === 0 && this.#patches.length === 0)) return;
    this.#patches = wanted;
    await this.#site?.[Symbol.asyncDispose]();
    this.#site = undefined;
  }

  /** Somebody else who joins the room of a call, under any name. */
  joinRoom(
    call: SeatCall,
    options: Omit<RoomParticipantOptions, keyof SfuAccess | 'sfuRoomName'>,
  ): Promise<RoomParticipant> {
    return RoomParticipant.join({ ...this.#livekit, sfuRoomName: call.sfuRoomName, ...options });
  }

  /** A call in which both ends hear each other, honestly so far. */
  async call(): Promise<SeatCall> {
    this.#site ??= await serveSeat(this.#patches);
    await using opening = new AsyncDisposableStack();
    const sfuRoomName = createSfuRoomName();
    const sfu = opening.use(await startLyingSfu(this.#livekit.url));
    const [sending, receiving] = [newKey(), newKey()];
    const oracleKey = { slot: receiving.slot, key: keyBytes(receiving) };
    const seat = { ...this.#livekit, sfuRoomName } as const;
    const spy = opening.use(await RoomParticipant.join({ ...seat, identity: 'spy', isEncrypted: false }));
    const oracle = opening.use(
      await RoomParticipant.join({
        ...seat,
        identity: ORACLE,
        kind: 'agent',
        toneHz: ORACLE_TONE_HZ,
        isEncrypted: true,
        mediaKey: oracleKey,
      }),
    );
    const context = await this.#browser.newContext();
    opening.defer(() => context.close());
    const page = await context.newPage();
    await page.goto(this.#site.url);
    await page.waitForFunction(() => 'seatPage' in window);
    const joinToken = await createJoinToken(this.#livekit, sfuRoomName, USER);
    await page.evaluate((options) => window.seatPage.take(options), {
      url: sfu.url,
      joinToken,
      identity: USER,
      toneHz: USER_TONE_HZ,
      sending,
      oracle: { ...receiving, identity: ORACLE },
    });
    setMediaKey(oracle.room, USER, sending.slot, keyBytes(sending));
    const call = new SeatCall({ sfu, page, oracle, spy, sfuRoomName, oracleKey }, opening.move());
    await until(async () => (await call.heardTone(ORACLE_TONE_HZ)) > HEARD, 'the page hears the oracle', 20_000);
    return call;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#site?.[Symbol.asyncDispose]();
    await this.#resources.disposeAsync();
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { systemClock } from '@oracle-calls/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { startLiveKit } from '../../../dev/livekit/livekit.ts';
import type { LiveKit } from '../../../dev/livekit/livekit.ts';
import { createOlderSeat, createSeat } from '@oracle-calls/node-media/seat';
import type { MediaSeat, OlderSeat, SeatNotice, SfuSeat } from '@oracle-calls/node-media/seat';
import { AGENT_TONE_HZ, keyOf, listen, PEER_TONE_HZ, playTone, RoomPeer, toneTime } from './room-peer.ts';
import type { Heard, RoomPeerOptions } from './room-peer.ts';

type Kind = SeatNotice['kind'];
type NoticeOf<K extends Kind> = Extract<SeatNotice, { readonly kind: K }>;

/** A seat under test, humming into its speaker whenever that is open. */
export class TakenSeat<S extends MediaSeat> implements AsyncDisposable {
  readonly seat: S;
  readonly notices: SeatNotice[] = [];
  /** By participant, oldest first. */
  readonly heard = new Map<string, Heard[]>();
  #state: 'here' | 'gone' = 'here';

  constructor(seat: S) {
    this.seat = seat;
  }

  async join(): Promise<this> {
    const { seat } = this;
    await seat.join({ onStage: () => undefined, observe: (notice) => this.#onNotice(notice) });
    seat.speaker.setMuted(false);
    // Muted frames are dropped at once, so that the hum must keep the time itself.
    void playTone(AGENT_TONE_HZ, seat.speaker.sampleRate, async (frame) => {
      if (this.#state === 'gone') return false;
      const before = seat.speaker.queuedMs;
      await seat.speaker.play(frame);
      if (seat.speaker.queuedMs === before) await systemClock.sleep(10);
      return true;
    });
    return this;
  }

  all<K extends Kind>(kind: K): NoticeOf<K>[] {
    return this.notices.filter((notice): notice is NoticeOf<K> => notice.kind === kind);
  }

  hears(identity: string): number {
    return toneTime(this.heard.get(identity) ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'gone';
    await this.seat.close();
  }

  #onNotice(notice: SeatNotice): void {
    this.notices.push(notice);
    if (notice.kind !== 'user-audio') return;
    const heard = this.heard.get(notice.participantIdentity) ?? [];
    this.heard.set(notice.participantIdentity, heard);
    // The stream ends when the room is left, which is then the end of what is heard.
    listen(notice.stream, PEER_TONE_HZ, heard).catch(() => undefined);
  }
}

/** A real LiveKit, seats of ours, and peers on plain `rtc-node`. */
export class SeatScene implements AsyncDisposable {
  readonly livekit: LiveKit;
  readonly #stateDir: string;

  private constructor(livekit: LiveKit, stateDir: string) {
    this.livekit = livekit;
    this.#stateDir = stateDir;
  }

  static async open(): Promise<SeatScene> {
    const stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-seat-'));
    return new SeatScene(await startLiveKit({ stateDir }), stateDir);
  }

  async token(room: string, identity: string): Promise<string> {
    const { apiKey, apiSecret } = this.livekit;
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: 600 });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: true });
    return token.toJwt();
  }

  /** A strict seat, as `agent`; by default straight to the real server. */
  async seat(room: string, url = this.livekit.url): Promise<TakenSeat<SfuSeat>> {
    return new TakenSeat(createSeat({ url, token: await this.token(room, 'agent'), clock: systemClock }));
  }

  async olderSeat(room: string): Promise<TakenSeat<OlderSeat>> {
    const { url } = this.livekit;
    return new TakenSeat(createOlderSeat({ url, token: await this.token(room, 'agent'), clock: systemClock }));
  }

  async peer(
    room: string,
    identity: string,
    options: Omit<RoomPeerOptions, 'url' | 'token'> & { url?: string } = {},
  ): Promise<RoomPeer> {
    return RoomPeer.join({ url: this.livekit.url, token: await this.token(room, identity), ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.livekit.close();
    await rm(this.#stateDir, { recursive: true, force: true });
    await dispose();
  }
}

export async function switchSending(seat: SfuSeat, slot: number, byte: number): Promise<void> {
  using key = keyOf(byte);
  await seat.frameKeys.switchSending(slot, key);
}

export async function installReceiving(seat: SfuSeat, identity: string, slot: number, byte: number): Promise<void> {
  using key = keyOf(byte);
  await seat.frameKeys.installReceiving(identity, slot, key);
}

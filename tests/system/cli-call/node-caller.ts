import { createNodeSfu, LocalSound } from '@oracle-calls/node-media/sdk';
import { BearerSecret, silentLogger, systemClock } from '@oracle-calls/protocol';
import type { SfuConnection, SfuNotice } from '@oracle-calls/sdk/core';
import { keyOf, PEER_TONE_HZ, toneTime } from '../agent/room-peer.ts';
import type { Heard } from '../agent/room-peer.ts';
import type { SeatScene } from '../agent/seat-scene.ts';
import { toneShare } from '../../browser/sdk-media/tone.ts';
import { rms } from '@oracle-calls/node-media/pcm';

export const CALLER = 'caller';
const SAMPLE_RATE = 48_000;
const LOUDNESS = 0.3;
const { signal } = new AbortController();

/** The SDK's media port in Node as a caller has it, humming into its microphone from the moment it is published. */
export class NodeCaller implements AsyncDisposable {
  readonly connection: SfuConnection;
  readonly notices: SfuNotice[] = [];
  /** Ten milliseconds each, by participant. */
  readonly heard = new Map<string, Heard[]>();
  readonly #microphone = new LocalSound(systemClock);

  private constructor() {
    const sfu = createNodeSfu({
      clock: systemClock,
      logger: silentLogger,
      onHeard: ({ participantIdentity, samples, sampleRate }) => {
        const heard = this.heard.get(participantIdentity) ?? [];
        this.heard.set(participantIdentity, heard);
        heard.push({ tone: toneShare(samples, sampleRate, PEER_TONE_HZ), loudness: rms(samples) });
      },
    });
    this.connection = sfu.create();
    this.connection.observe((notice) => {
      this.notices.push(notice);
      if (notice.kind === 'trackArrived') notice.track.play();
    });
  }

  static async join(scene: SeatScene, room: string, url = scene.livekit.url): Promise<NodeCaller> {
    const caller = new NodeCaller();
    const joinToken = new BearerSecret(await scene.token(room, CALLER), 'join token');
    await caller.connection.connect({ url, joinToken, identity: CALLER, signal });
    await caller.connection.publish(caller.#microphone);
    void caller.#hum();
    return caller;
  }

  async switchSending(slot: number, byte: number): Promise<void> {
    using key = keyOf(byte);
    await this.connection.frameKeys.switchSending(slot, key);
  }

  async installReceiving(identity: string, slot: number, byte: number): Promise<void> {
    using key = keyOf(byte);
    await this.connection.frameKeys.installReceiving(identity, slot, key);
  }

  setMuted(isMuted: boolean): Promise<void> {
    return this.connection.setMuted(this.#microphone, isMuted);
  }

  /** How much of this participant's last second was its tone, 0 to 1. */
  hears(identity: string): number {
    return toneTime(this.heard.get(identity) ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#microphone.stop();
    await this.connection.close();
  }

  async #hum(): Promise<void> {
    const step = (2 * Math.PI * PEER_TONE_HZ) / SAMPLE_RATE;
    // A whole number of periods, so that one second follows the other without a click.
    const second = Float32Array.from({ length: SAMPLE_RATE }, (_, at) => LOUDNESS * Math.sin(at * step));
    try {
      for (;;) await this.#microphone.play(second);
    } catch {
      // Stopped.
    }
  }
}

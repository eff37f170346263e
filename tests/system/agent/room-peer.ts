import {
  AudioFrame,
  AudioSource,
  AudioStream,
  EncryptionType,
  LocalAudioTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import type { RoomOptions } from '@livekit/rtc-node';
import { KeyDerivationFunction } from '@livekit/rtc-ffi-bindings';
import { ENCRYPTED_ROOM_OPTIONS, setParticipantKey } from '@oracle-calls/node-media/seat';
import { rms } from '@oracle-calls/node-media/pcm';
import { SecretBytes } from '@oracle-calls/protocol';
import { useSlot } from '@oracle-calls/node-media/seat';
import { toneShare } from '../../browser/sdk-media/tone.ts';

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 480;
const LOUDNESS = 9_000;
/** What the agent hums, and what everybody else does: frames that were not opened sound like noise, which has no tone. */
export const AGENT_TONE_HZ = 440;
export const PEER_TONE_HZ = 700;
/** Share of the tone in a window's energy that counts as heard; noise scores near 0, and so does silence. */
const AUDIBLE = 0.7;
/** Opus' comfort noise stays far below. */
const LOUD = 0.01;
/** Of windows of noise, so many look like a tone at most. */
const CHANCE_SHARE = 0.03;
/** Windows of 10 ms, as the stream gives them. */
const WINDOW_MS = 10;

/** Ten milliseconds of what was heard. */
export interface Heard {
  /** Share of the expected tone, 0 to 1. */
  readonly tone: number;
  /** Root mean square. */
  readonly loudness: number;
}

export interface RoomPeerOptions {
  readonly url: string;
  readonly token: string;
  /** Media keys of bytes that all equal this number: participant, slot, number. */
  readonly keys?: readonly (readonly [identity: string, slot: number, byte: number])[];
  /** LiveKit's shared key of the older protocol, as its clients take it: a text. */
  readonly sharedKey?: string;
  /** Neither seals nor opens. */
  readonly isPlaintext?: boolean;
  /** Hums; sealed in this slot. */
  readonly hums?: { readonly slot: number };
}

/** A participant of an SFU room on plain `rtc-node`, with nothing of ours but the keys. */
export class RoomPeer implements AsyncDisposable {
  readonly room = new Room();
  /** Data packets by topic. */
  readonly data: {
    readonly topic: string | undefined;
    readonly from: string | undefined;
    readonly bytes: Uint8Array;
  }[] = [];
  /** By participant, oldest first. */
  readonly #heard = new Map<string, Heard[]>();
  readonly #source = new AudioSource(SAMPLE_RATE, 1, 100);
  #state: 'here' | 'gone' = 'here';

  static async join(options: RoomPeerOptions): Promise<RoomPeer> {
    const peer = new RoomPeer();
    await peer.#join(options);
    return peer;
  }

  setKey(identity: string, slot: number, byte: number): void {
    using key = keyOf(byte);
    setParticipantKey(this.room, identity, key, slot);
  }

  /** How much of this participant's last second was its tone, 0 to 1. */
  hears(identity: string): number {
    return toneTime(this.#heard.get(identity) ?? []);
  }

  /** How long this participant was listened to, silence included, in ms. */
  heardMs(identity: string): number {
    return (this.#heard.get(identity)?.length ?? 0) * WINDOW_MS;
  }

  /**
   * How long this participant's tone was heard, in ms, beyond what noise looks like by chance: a window now and then, up to three in a hundred, and no three
   * in a row.
   */
  leakedMs(identity: string): number {
    let [sum, longest, current] = [0, 0, 0];
    for (const { tone } of this.#heard.get(identity) ?? []) {
      current = tone > AUDIBLE ? current + WINDOW_MS : 0;
      sum += tone > AUDIBLE ? WINDOW_MS : 0;
      longest = Math.max(longest, current);
    }
    const isChance = longest < 3 * WINDOW_MS && sum <= Math.max(3 * WINDOW_MS, CHANCE_SHARE * this.noiseMs(identity));
    return isChance ? 0 : sum;
  }

  /** How long this participant was loud, whatever of, in ms. */
  noiseMs(identity: string): number {
    return (this.#heard.get(identity) ?? []).filter(({ loudness }) => loudness > LOUD).length * WINDOW_MS;
  }

  /** Forgets what was heard of this participant. */
  forget(identity: string): void {
    this.#heard.get(identity)?.splice(0);
  }

  /** The longest silence within what was heard of this participant since its tone began, in ms. */
  longestGapMs(identity: string): number {
    const heard = this.#heard.get(identity) ?? [];
    let [longest, current] = [0, 0];
    for (const { tone } of heard.slice(heard.findIndex((one) => one.tone > AUDIBLE))) {
      current = tone > AUDIBLE ? 0 : current + 1;
      longest = Math.max(longest, current);
    }
    return longest * WINDOW_MS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    await this.room.disconnect();
    await this.#source.close();
  }

  async #join({ url, token, keys = [], sharedKey, isPlaintext, hums }: RoomPeerOptions): Promise<void> {
    const { room } = this;
    room.on(RoomEvent.TrackSubscribed, (track, _publication, { identity }) => {
      if (track.kind !== TrackKind.KIND_AUDIO || this.#state === 'gone') return;
      const heard = this.#heard.get(identity) ?? [];
      this.#heard.set(identity, heard);
      const stream = new AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1 });
      void listen(stream, identity === 'agent' ? AGENT_TONE_HZ : PEER_TONE_HZ, heard);
    });
    room.on(RoomEvent.DataReceived, (bytes, from, _kind, topic) =>
      this.data.push({ topic, from: from?.identity, bytes: new Uint8Array(bytes) }),
    );
    const encryption = sharedKey === undefined ? ENCRYPTED_ROOM_OPTIONS : sharedKeyOptions(sharedKey);
    await room.connect(url, token, { autoSubscribe: true, dynacast: false, ...(isPlaintext ? {} : encryption) });
    for (const [identity, keySlot, byte] of keys) this.setKey(identity, keySlot, byte);
    if (hums !== undefined) await this.#hum(hums.slot, isPlaintext ? 'plain' : 'sealed');
  }

  async #hum(slot: number, frames: 'plain' | 'sealed'): Promise<void> {
    const self = this.room.localParticipant;
    if (self === undefined) throw new Error('The peer is not in the room.');
    const track = LocalAudioTrack.createAudioTrack('microphone', this.#source);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    const { sid } = await self.publishTrack(track, options);
    if (frames === 'sealed') useSlot(this.room, self.identity, sid ?? '', slot);
    void playTone(PEER_TONE_HZ, SAMPLE_RATE, async (frame) => {
      if (this.#state === 'gone') return false;
      await this.#source.captureFrame(frame);
      return true;
    });
  }
}

/** Gives frames of a tone until the taker has enough. What fails as the room is left ends it too. */
export async function playTone(
  toneHz: number,
  sampleRate: number,
  take: (frame: AudioFrame) => Promise<boolean>,
): Promise<void> {
  const step = (2 * Math.PI * toneHz) / sampleRate;
  for (let phase = 0; ; phase += step * FRAME_SAMPLES) {
    const data = Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => LOUDNESS * Math.sin(phase + i * step));
    try {
      if (!(await take(new AudioFrame(data, sampleRate, 1, FRAME_SAMPLES)))) return;
    } catch {
      return;
    }
  }
}

export function keyOf(byte: number): SecretBytes {
  return new SecretBytes(new Uint8Array(32).fill(byte), 'test key');
}

/** How much of the last second was the tone, 0 to 1; nothing heard at all is none. */
export function toneTime(heard: readonly Heard[]): number {
  const windows = 1000 / WINDOW_MS;
  return heard.slice(-windows).filter(({ tone }) => tone > AUDIBLE).length / windows;
}

/** Notes every 10 ms. */
export async function listen(stream: AsyncIterable<AudioFrame>, toneHz: number, heard: Heard[]): Promise<void> {
  for await (const { data, sampleRate } of stream) {
    const samples = Float32Array.from(data, (sample) => sample / 32_768);
    heard.push({ tone: toneShare(samples, sampleRate, toneHz), loudness: rms(samples) });
  }
}

function sharedKeyOptions(text: string): Pick<RoomOptions, 'e2ee'> {
  return {
    e2ee: {
      encryptionType: EncryptionType.GCM,
      keyProviderOptions: {
        sharedKey: new TextEncoder().encode(text),
        ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
        ratchetWindowSize: 0,
        failureTolerance: -1,
        keyRingSize: 16,
        keyDerivationFunction: KeyDerivationFunction.PBKDF2,
      },
    },
  };
}

import {
  AudioFrame,
  AudioSource,
  AudioStream,
  EncryptionType,
  LocalAudioTrack,
  Room,
  RoomEvent,
  RpcError,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  type RemoteTrack,
} from '@livekit/rtc-node';
import { KeyDerivationFunction } from '@livekit/rtc-ffi-bindings';
import type { SecretBytes } from '@oracle-calls/protocol';
import type { FrameKeys, SendFrame } from '@oracle-calls/protocol/secure-link';
import { AccessToken } from 'livekit-server-sdk';
import { toneShare } from '../../browser/sdk-media/tone.ts';
import { setMediaKey, useMediaKey } from './binding.ts';

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 480;
const JUDGED_SAMPLES = SAMPLE_RATE / 2;
const LOUDNESS = 9_000;
/** The protocol's; written again, so that an attack does not change with what it attacks. */
export const TOPIC = 'oracle-calls';

export interface SfuAccess {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface RoomParticipantOptions extends SfuAccess {
  readonly sfuRoomName: string;
  readonly identity: string;
  /** LiveKit's kind; an attacker may take either. */
  readonly kind?: 'agent' | 'standard';
  /** Hums this tone; silent and without a track when absent. */
  readonly toneHz?: number;
  /** Whether LiveKit's frame encryption is on: without keys, nothing leaves then. */
  readonly isEncrypted: boolean;
  /** Seals its frames with this from the start. */
  readonly mediaKey?: { readonly slot: number; readonly key: Uint8Array };
}

export interface ReceivedFrame {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly from: string | undefined;
}

/** Somebody in the SFU room, on `rtc-node`: hums a tone, listens, sends what it likes. What it is allowed is up to its token alone. */
export class RoomParticipant implements AsyncDisposable {
  readonly room = new Room();
  readonly identity: string;
  /** What it hums, in Hz, when it says nothing. May change at any time. */
  toneHz: number;
  readonly #speech: Float32Array[] = [];
  /** Everything that came as data on any topic, in order. */
  readonly received: (ReceivedFrame & { readonly topic: string | undefined })[] = [];
  readonly #heard = new Map<string, Float32Array>();
  readonly #stop = new AbortController();
  #humming: Promise<void> | undefined;
  #trackSid: string | undefined;
  #onFrame: (received: ReceivedFrame) => void = () => undefined;

  private constructor({ identity, toneHz = 0 }: RoomParticipantOptions) {
    this.identity = identity;
    this.toneHz = toneHz;
  }

  static async join(options: RoomParticipantOptions): Promise<RoomParticipant> {
    const participant = new RoomParticipant(options);
    await participant.#join(options);
    return participant;
  }

  get peers(): readonly string[] {
    return [...this.room.remoteParticipants.keys()];
  }

  /** How much of what was heard of a participant in the last `windowMs`, at most half a second, is this tone: 0 to 1. */
  heardTone(identity: string, toneHz: number, windowMs = 500): number {
    return toneShare(this.lastHeard(identity).subarray(-(SAMPLE_RATE * windowMs) / 1_000), SAMPLE_RATE, toneHz);
  }

  /** The last half second of a participant, at 48 kHz. */
  lastHeard(identity: string): Float32Array {
    return this.#heard.get(identity) ?? new Float32Array(JUDGED_SAMPLES);
  }

  /** Frames of the topic from now on. */
  set onFrame(handle: (received: ReceivedFrame) => void) {
    this.#onFrame = handle;
  }

  readonly sendFrame: SendFrame = async (frame, to) => {
    await this.send(frame, { topic: TOPIC, to });
  };

  async send(data: Uint8Array, { topic, to }: { readonly topic: string; readonly to?: string }): Promise<void> {
    await this.room.localParticipant?.publishData(data, {
      reliable: true,
      topic,
      ...(to === undefined ? {} : { destination_identities: [to] }),
    });
  }

  /** Says this, at 48 kHz, in the place of the tone. */
  say(samples: Float32Array): void {
    for (let at = 0; at < samples.length; at += FRAME_SAMPLES)
      this.#speech.push(samples.subarray(at, at + FRAME_SAMPLES));
  }

  /** Calls a remote procedure of LiveKit's; resolves with the answer, or the code of the refusal. */
  async callProcedure(destinationIdentity: string, method: string): Promise<unknown> {
    try {
      const call = { destinationIdentity, method, payload: '', responseTimeout: 2_000 };
      return await this.room.localParticipant?.performRpc(call);
    } catch (cause) {
      return cause instanceof RpcError ? cause.code : String(cause);
    }
  }

  /** Opens what this participant sends with this key. */
  setReceivingKey(identity: string, slot: number, key: Uint8Array): void {
    setMediaKey(this.room, identity, slot, key);
  }

  /** Seals what it sends with this key from now on. */
  sealWith(slot: number, key: Uint8Array): void {
    setMediaKey(this.room, this.identity, slot, key);
    if (this.#trackSid !== undefined) useMediaKey(this.room, this.identity, this.#trackSid, slot);
  }

  /** Where a secure link puts this participant's media keys. */
  readonly frameKeys: FrameKeys = {
    installReceiving: async (identity, slot, key) => setMediaKey(this.room, identity, slot, bytesOf(key)),
    switchSending: async (slot, key) => this.sealWith(slot, bytesOf(key)),
    retire: async (slot) => {
      for (const identity of [this.identity, ...this.peers]) {
        setMediaKey(this.room, identity, slot, crypto.getRandomValues(new Uint8Array(32)));
      }
    },
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#humming;
    await this.room.disconnect();
  }

  async #join(options: RoomParticipantOptions): Promise<void> {
    const { url, apiKey, apiSecret, sfuRoomName, identity, kind = 'standard', toneHz, isEncrypted, mediaKey } = options;
    const { room } = this;
    room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
      if (track.kind === TrackKind.KIND_AUDIO) void this.#listen(track, participant.identity);
    });
    room.on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => {
      const received = { frame: new Uint8Array(payload), from: participant?.identity };
      this.received.push({ ...received, topic });
      if (topic === TOPIC) this.#onFrame(received);
    });
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: 600 });
    token.kind = kind;
    token.addGrant({ roomJoin: true, room: sfuRoomName, canPublish: true, canSubscribe: true, canPublishData: true });
    await room.connect(url, await token.toJwt(), {
      autoSubscribe: true,
      dynacast: false,
      // `e2ee`, not `encryption`: the latter would seal data packets by LiveKit's means as well.
      ...(isEncrypted ? { e2ee: FRAME_ENCRYPTION } : {}),
    });
    if (toneHz !== undefined) await this.#publish();
    if (mediaKey !== undefined) this.sealWith(mediaKey.slot, mediaKey.key);
  }

  async #publish(): Promise<void> {
    const source = new AudioSource(SAMPLE_RATE, 1);
    const track = LocalAudioTrack.createAudioTrack('voice', source);
    // No redundant frames: what is sealed has none, and an attacker's frames are to look like sealed ones.
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE, red: false });
    const publication = await this.room.localParticipant?.publishTrack(track, options);
    this.#trackSid = publication?.sid;
    this.#humming = hum(source, () => this.#speech.shift() ?? this.toneHz, this.#stop.signal);
  }

  async #listen(track: RemoteTrack, from: string): Promise<void> {
    for await (const { data } of new AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1 })) {
      const after = new Float32Array(JUDGED_SAMPLES);
      after.set(this.lastHeard(from).subarray(data.length));
      after.set(
        Float32Array.from(data, (sample) => sample / 32_768),
        JUDGED_SAMPLES - data.length,
      );
      this.#heard.set(from, after);
    }
  }
}

const FRAME_ENCRYPTION = {
  encryptionType: EncryptionType.GCM,
  keyProviderOptions: {
    ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
    ratchetWindowSize: 0,
    failureTolerance: -1,
    keyRingSize: 16,
    keyDerivationFunction: KeyDerivationFunction.HKDF,
  },
};

const bytesOf = (key: SecretBytes): Uint8Array => new Uint8Array(key.expose());

/** Plays words, or a tone of this many Hz. `captureFrame` waits until the frame is taken, which keeps time. */
async function hum(source: AudioSource, next: () => Float32Array | number, signal: AbortSignal): Promise<void> {
  let phase = 0;
  while (!signal.aborted) {
    const samples = new Int16Array(FRAME_SAMPLES);
    const now = next();
    if (typeof now === 'number') {
      const step = (2 * Math.PI * now) / SAMPLE_RATE;
      for (let at = 0; at < FRAME_SAMPLES; at += 1, phase += step) samples[at] = LOUDNESS * Math.sin(phase);
    } else samples.set(Array.from(now, (sample) => 32_767 * sample));
    try {
      await source.captureFrame(new AudioFrame(samples, SAMPLE_RATE, 1, FRAME_SAMPLES));
    } catch (cause) {
      // The room went away under the track.
      if (!signal.aborted) throw cause;
    }
  }
}

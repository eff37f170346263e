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
import type { RemoteParticipant, RoomOptions } from '@livekit/rtc-node';
import { KeyDerivationFunction } from '@livekit/rtc-ffi-bindings';
import { ENCRYPTED_ROOM_OPTIONS } from '@oracle-calls/node-media/seat';
import { floatToInt16, int16ToFloat, rms } from '@oracle-calls/node-media/pcm';
import { systemClock } from '@oracle-calls/protocol';
import type { SecretBytes, SfuRoomName } from '@oracle-calls/protocol';
import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import { AccessToken } from 'livekit-server-sdk';
import { NO_FRAME_KEYS } from './caller-keys.ts';
import { CallerLink } from './caller-link.ts';
import type { CallerKeys } from './sealed-call.ts';

const SAMPLE_RATE = 48_000;
const EAR_RATE = 16_000;
const FRAME = 480;
/** RMS of a window that counts as sound; Opus' comfort noise stays far below. */
const AUDIBLE = 0.01;
/** Windows of 20 ms. */
const WINDOW = EAR_RATE / 50;

export interface CallerOptions {
  readonly sfu: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  readonly sfuRoomName: SfuRoomName;
  readonly identity: string;
  /** Without keys: somebody in the room who has none. */
  readonly keys?: CallerKeys;
  /** Publishes in the clear, as somebody without encryption does. */
  readonly isPlaintext?: boolean;
}

/** A participant on `rtc-node`: speaks given samples, keeps what it hears of each other participant. */
export class TestCaller implements AsyncDisposable {
  readonly room = new Room();
  readonly connectedAt: number;
  /** What each participant said, at 16 kHz, silence included. */
  readonly heard = new Map<string, Float32Array[]>();
  readonly firstAudibleAt = new Map<string, number>();
  readonly lastAudibleAt = new Map<string, number>();
  /** Everything that is neither sound nor a frame of the one topic: other data, transcriptions, attributes. */
  readonly others: string[] = [];
  /** Data packets of any topic. */
  dataPackets = 0;
  readonly #source = new AudioSource(SAMPLE_RATE, 1, 100);
  #link: CallerLink | undefined;
  #stop = false;
  #speaking: Float32Array[] = [];
  #spoken = Promise.withResolvers<void>();

  private constructor(connectedAt: number) {
    this.connectedAt = connectedAt;
  }

  static async join(options: CallerOptions): Promise<TestCaller> {
    const caller = new TestCaller(systemClock.now());
    await caller.#join(options);
    return caller;
  }

  /** The secure link of a caller with a signed call. */
  get link(): CallerLink {
    if (this.#link === undefined) throw new Error('this caller has no link');
    return this.#link;
  }

  get peers(): string[] {
    return [...this.room.remoteParticipants.keys()];
  }

  /** Says these samples of 48 kHz, then silence; resolves when they have been said. */
  say(samples: Float32Array): Promise<void> {
    this.#spoken = Promise.withResolvers<void>();
    for (let i = 0; i < samples.length; i += FRAME) this.#speaking.push(samples.slice(i, i + FRAME));
    return this.#spoken.promise;
  }

  /** Forgets what was heard so far. */
  forget(): void {
    this.heard.clear();
    this.firstAudibleAt.clear();
    this.lastAudibleAt.clear();
  }

  audibleFrom(identity: string): boolean {
    return this.firstAudibleAt.has(identity);
  }

  soundOf(identity: string): Float32Array {
    return Float32Array.from((this.heard.get(identity) ?? []).flatMap((part) => [...part]));
  }

  async close(): Promise<void> {
    if (this.#stop) return;
    this.#stop = true;
    this.#link?.[Symbol.dispose]();
    await this.room.disconnect();
    await this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #join({ sfu, sfuRoomName, identity, keys, isPlaintext = false }: CallerOptions): Promise<void> {
    const token = new AccessToken(sfu.apiKey, sfu.apiSecret, { identity, ttl: 600 });
    token.addGrant({ roomJoin: true, room: sfuRoomName, canPublish: true, canSubscribe: true });
    const { room } = this;
    this.#watch();
    if (keys?.protocol === 'strict') {
      this.#link = new CallerLink(room, identity, keys, isPlaintext ? NO_FRAME_KEYS : undefined);
    }
    await room.connect(sfu.url, await token.toJwt(), {
      autoSubscribe: true,
      dynacast: false,
      ...(isPlaintext ? {} : encryptionOf(keys)),
    });
    for (const participant of room.remoteParticipants.values()) this.#noteAttributes(participant);
    const track = LocalAudioTrack.createAudioTrack('microphone', this.#source);
    await room.localParticipant?.publishTrack(
      track,
      new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
    );
    void this.#feed();
  }

  #watch(): void {
    const { room } = this;
    room.on(RoomEvent.ParticipantConnected, (participant) => this.#noteAttributes(participant));
    room.on(RoomEvent.ParticipantAttributesChanged, (changed) =>
      this.others.push(`attributes ${JSON.stringify(changed)}`),
    );
    room.on(RoomEvent.DataReceived, (_payload, _participant, _kind, topic) => {
      this.dataPackets += 1;
      if (topic !== FRAME_TOPIC) this.others.push(`data of topic ${topic ?? ''}`);
    });
    room.on(RoomEvent.ParticipantMetadataChanged, () => this.others.push('metadata'));
    room.registerTextStreamHandler('lk.transcription', () => void this.others.push('transcription'));
    room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
      if (track.kind === TrackKind.KIND_AUDIO) {
        void this.#hear(participant.identity, new AudioStream(track, { sampleRate: EAR_RATE, numChannels: 1 }));
      }
    });
  }

  #noteAttributes({ attributes }: RemoteParticipant): void {
    for (const [name, value] of Object.entries(attributes)) this.others.push(`attribute ${name}=${value}`);
  }

  async #feed(): Promise<void> {
    while (!this.#stop) {
      const samples = this.#speaking.shift();
      if (this.#speaking.length === 0) this.#spoken.resolve();
      const data = new Int16Array(FRAME);
      if (samples !== undefined) data.set(floatToInt16(samples));
      try {
        await this.#source.captureFrame(new AudioFrame(data, SAMPLE_RATE, 1, FRAME));
      } catch (cause) {
        if (!this.#stop) throw cause;
      }
    }
  }

  async #hear(identity: string, stream: AudioStream): Promise<void> {
    for await (const frame of stream) {
      const samples = int16ToFloat(frame.data);
      const parts = this.heard.get(identity) ?? [];
      parts.push(samples);
      this.heard.set(identity, parts);
      for (let i = 0; i < samples.length; i += WINDOW) {
        if (rms(samples.subarray(i, i + WINDOW)) < AUDIBLE) continue;
        const now = systemClock.now();
        if (!this.firstAudibleAt.has(identity)) this.firstAudibleAt.set(identity, now);
        this.lastAudibleAt.set(identity, now);
      }
    }
  }
}

function encryptionOf(keys: CallerKeys | undefined): Pick<RoomOptions, 'e2ee'> {
  return keys?.protocol === 'older' ? sharedKeyOptions(keys.callKey) : ENCRYPTED_ROOM_OPTIONS;
}

/** What a caller of the older protocol does: the hex text of the call key is LiveKit's shared key, derived with PBKDF2. */
function sharedKeyOptions(callKey: SecretBytes): Pick<RoomOptions, 'e2ee'> {
  return {
    e2ee: {
      encryptionType: EncryptionType.GCM,
      keyProviderOptions: {
        sharedKey: new TextEncoder().encode(Buffer.from(callKey.expose()).toString('hex')),
        ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
        ratchetWindowSize: 0,
        failureTolerance: -1,
        keyRingSize: 16,
        keyDerivationFunction: KeyDerivationFunction.PBKDF2,
      },
    },
  };
}

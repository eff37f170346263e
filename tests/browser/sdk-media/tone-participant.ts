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
  type RemoteTrack,
} from '@livekit/rtc-node';
import { KeyDerivationFunction } from '@livekit/rtc-ffi-bindings';
import { AccessToken } from 'livekit-server-sdk';
import { setParticipantKey } from '../../system/hidden-listener.ts';
import { toneShare } from './tone.ts';

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 480;
/** The last half second is judged: long enough for a tone, short enough to follow changes. */
const JUDGED_SAMPLES = SAMPLE_RATE / 2;
const LOUDNESS = 9_000;

export interface SfuAccess {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface ToneParticipantOptions extends SfuAccess {
  readonly sfuRoomName: string;
  readonly identity: string;
  readonly kind: 'agent' | 'standard';
  readonly toneHz: number;
  /** Media keys by identity. Without them the participant neither encrypts nor decrypts. */
  readonly keys?: Readonly<Record<string, Uint8Array>>;
}

/** A participant in Node that hums one tone and listens. */
export interface ToneParticipant extends AsyncDisposable {
  /** How much of the last half second heard of a participant is this tone. */
  heardTone(identity: string, toneHz: number): number;
}

export async function createJoinToken(
  { apiKey, apiSecret }: SfuAccess,
  sfuRoomName: string,
  identity: string,
  kind: 'agent' | 'standard' = 'standard',
): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, { identity, ttl: 600 });
  token.kind = kind;
  token.addGrant({ roomJoin: true, room: sfuRoomName, canPublish: true, canSubscribe: true });
  return token.toJwt();
}

export async function joinWithTone(options: ToneParticipantOptions): Promise<ToneParticipant> {
  const { url, sfuRoomName, identity, kind, toneHz, keys } = options;
  const room = new Room();
  const heard = new Map<string, Float32Array>();

  const listen = async (track: RemoteTrack, from: string): Promise<void> => {
    for await (const { data } of new AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1 })) {
      const before = heard.get(from) ?? new Float32Array(JUDGED_SAMPLES);
      const after = new Float32Array(JUDGED_SAMPLES);
      after.set(before.subarray(data.length));
      after.set(
        Float32Array.from(data, (sample) => sample / 32_768),
        JUDGED_SAMPLES - data.length,
      );
      heard.set(from, after);
    }
  };
  room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
    if (track.kind === TrackKind.KIND_AUDIO) void listen(track, participant.identity);
  });

  const encryption = {
    encryptionType: EncryptionType.GCM,
    keyProviderOptions: {
      ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
      ratchetWindowSize: 0,
      failureTolerance: -1,
      keyRingSize: 16,
      keyDerivationFunction: KeyDerivationFunction.HKDF,
    },
  };
  await room.connect(url, await createJoinToken(options, sfuRoomName, identity, kind), {
    autoSubscribe: true,
    dynacast: false,
    ...(keys === undefined ? {} : { encryption }),
  });
  for (const [owner, key] of Object.entries(keys ?? {})) setParticipantKey(room, owner, key);

  const source = new AudioSource(SAMPLE_RATE, 1);
  const publishOptions = new TrackPublishOptions();
  publishOptions.source = TrackSource.SOURCE_MICROPHONE;
  const local = room.localParticipant;
  if (local === undefined) throw new Error('The room has no local participant.');
  await local.publishTrack(LocalAudioTrack.createAudioTrack('tone', source), publishOptions);
  const stop = new AbortController();
  const humming = hum(source, toneHz, stop.signal);

  return {
    heardTone: (from, hz) => toneShare(heard.get(from) ?? new Float32Array(1), SAMPLE_RATE, hz),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await humming;
      await room.disconnect();
    },
  };
}

/** `captureFrame` waits until the frame is taken, which keeps time. */
async function hum(source: AudioSource, toneHz: number, signal: AbortSignal): Promise<void> {
  for (let index = 0; !signal.aborted;) {
    const samples = new Int16Array(FRAME_SAMPLES);
    for (let at = 0; at < FRAME_SAMPLES; at += 1, index += 1) {
      samples[at] = LOUDNESS * Math.sin((2 * Math.PI * toneHz * index) / SAMPLE_RATE);
    }
    await source.captureFrame(new AudioFrame(samples, SAMPLE_RATE, 1, FRAME_SAMPLES));
  }
}

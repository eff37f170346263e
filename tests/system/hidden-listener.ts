import {
  E2eeRequest,
  FfiRequest,
  KeyDerivationFunction,
  SetKeyRequest,
  livekitFfiRequest,
} from '@livekit/rtc-ffi-bindings';
import { AudioStream, EncryptionType, Room, RoomEvent, TrackKind, type RemoteTrack } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';

export interface HiddenListenerOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly sfuRoomName: string;
  /**
   * Media keys by participant. Without it the listener is what whoever owns the SFU can add: it hears what the packets
   * hold. With the right keys it is the positive control, which shows that the listening itself works.
   */
  readonly keys?: (identity: string) => Uint8Array;
  /** Where the keys go in the key ring. Default 0. */
  readonly slot?: number;
  /** Whether the SFU tells the others that somebody is there. Default false. */
  readonly isSeen?: boolean;
}

export interface HiddenListener extends AsyncDisposable {
  /** What was heard of one participant: 16 kHz mono. */
  heard(identity: string): Float32Array;
  readonly identities: () => readonly string[];
  /** Text of every data packet and text stream that arrived. */
  readonly data: readonly string[];
  /** Every data packet as it arrived. */
  readonly packets: readonly Uint8Array[];
  /** Attributes and metadata of every participant, as the SFU shows them. */
  attributes(): Readonly<Record<string, string>>;
}

const SAMPLE_RATE = 16_000;

/** Joins a room, unseen unless told otherwise, with the SFU's own secret, and records everybody. */
export async function joinHidden(options: HiddenListenerOptions): Promise<HiddenListener> {
  const token = new AccessToken(options.apiKey, options.apiSecret, {
    identity: `hidden-${crypto.randomUUID()}`,
    ttl: 600,
  });
  const hidden = options.isSeen !== true;
  token.addGrant({ roomJoin: true, room: options.sfuRoomName, hidden, canPublish: false, canSubscribe: true });

  const room = new Room();
  const recordings = new Map<string, Int16Array[]>();
  const data: string[] = [];
  const packets: Uint8Array[] = [];
  room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
    if (track.kind === TrackKind.KIND_AUDIO) void record(track, participant.identity);
  });
  room.on(RoomEvent.DataReceived, (payload) => {
    packets.push(new Uint8Array(payload));
    data.push(new TextDecoder().decode(payload));
  });
  room.registerTextStreamHandler('lk.transcription', (reader) => {
    void reader.readAll().then((text) => data.push(text));
  });
  let isLeaving = false;
  async function record(track: RemoteTrack, identity: string): Promise<void> {
    // A subscription that arrives while the room is being left has no native track any more.
    if (isLeaving) return;
    const frames = recordings.get(identity) ?? [];
    recordings.set(identity, frames);
    for await (const frame of new AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1 })) {
      frames.push(frame.data);
    }
  }

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
  const { keys, slot = 0 } = options;
  await room.connect(options.url, await token.toJwt(), {
    autoSubscribe: true,
    dynacast: false,
    ...(keys === undefined ? {} : { encryption }),
  });
  const setKey = (identity: string): void => {
    if (keys !== undefined) setParticipantKey(room, identity, keys(identity), slot);
  };
  for (const identity of room.remoteParticipants.keys()) setKey(identity);
  room.on(RoomEvent.ParticipantConnected, ({ identity }) => setKey(identity));

  return {
    heard(identity) {
      const frames = recordings.get(identity) ?? [];
      const samples = new Float32Array(frames.reduce((total, frame) => total + frame.length, 0));
      let at = 0;
      for (const frame of frames) {
        for (const sample of frame) samples[at++] = sample / 32_768;
      }
      return samples;
    },
    identities: () => [...room.remoteParticipants.keys()],
    data,
    packets,
    attributes: () =>
      Object.fromEntries(
        [...room.remoteParticipants.values()].flatMap(({ identity, attributes, metadata, name }) => [
          ...Object.entries(attributes).map(([key, value]) => [`${identity}.${key}`, value] as const),
          ...(metadata ? [[`${identity}:metadata`, metadata] as const] : []),
          ...(name ? [[`${identity}:name`, name] as const] : []),
        ]),
      ),
    async [Symbol.asyncDispose]() {
      isLeaving = true;
      await room.disconnect();
    },
  };
}

/** Sets one participant's key through the binding: `rtc-node`'s own `setKey` forgets the bytes. */
export function setParticipantKey(room: Room, participantIdentity: string, key: Uint8Array, keyIndex = 0): void {
  requestE2ee(room, { case: 'setKey', value: new SetKeyRequest({ participantIdentity, key, keyIndex }) });
}

/** Asks the binding for something that `rtc-node` does not offer. */
export function requestE2ee(room: Room, message: E2eeRequest['message']): void {
  const value = new E2eeRequest({ roomHandle: roomHandleOf(room), message });
  livekitFfiRequest(new FfiRequest({ message: { case: 'e2ee', value } }).toBinary());
}

function roomHandleOf(room: Room): bigint {
  const { ffiHandle } = room as object as { readonly ffiHandle?: { readonly handle: bigint } };
  if (ffiHandle === undefined) throw new Error('The room is not connected.');
  return ffiHandle.handle;
}

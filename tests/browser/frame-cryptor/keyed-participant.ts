import { FrameCryptorSetKeyIndexRequest, KeyDerivationFunction, VideoBufferType } from '@livekit/rtc-ffi-bindings';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  EncryptionType,
  LocalAudioTrack,
  LocalVideoTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoCodec,
  VideoFrame,
  VideoSource,
  VideoStream,
  type LocalTrackPublication,
  type RemoteTrack,
} from '@livekit/rtc-node';
import { createJoinToken, type SfuAccess } from '../sdk-media/tone-participant.ts';
import { toneShare } from '../sdk-media/tone.ts';
import { requestE2ee, setParticipantKey } from '../../system/hidden-listener.ts';
import { nameOf, type Colour } from './picture.ts';

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 480;
/** What is judged as one: a quarter of a second. */
const WINDOW_SAMPLES = SAMPLE_RATE / 4;
const LOUDNESS = 9_000;
const SIDE = 160;

export interface KeyedParticipantOptions extends SfuAccess {
  readonly sfuRoomName: string;
  readonly identity: string;
  readonly toneHz: number;
  readonly colour?: Colour;
  /** Neither encrypts nor decrypts. */
  readonly isPlain?: boolean;
}

/** LiveKit's native client with its own end-to-end encryption: keys by participant and slot. */
export interface KeyedParticipant extends AsyncDisposable {
  readonly room: Room;
  setKey(identity: string, slot: number, key: Uint8Array): void;
  /** Seals what it sends with the key of this slot from now on. */
  sendWith(slot: number): void;
  say(text: string, options: { readonly topic: string; readonly reliable?: boolean }): Promise<void>;
  /** Data packets that came, as "topic: text". */
  readonly data: readonly string[];
  /** Share of the tone in each quarter of a second that was heard of a participant, oldest first. */
  windows(identity: string, toneHz: number): readonly number[];
  /** The newest of `windows`. */
  heardTone(identity: string, toneHz: number): number;
  seenColour(identity: string): Colour | undefined;
}

export async function joinKeyed(options: KeyedParticipantOptions): Promise<KeyedParticipant> {
  const { url, sfuRoomName, identity, toneHz, colour, isPlain = false } = options;
  const room = new Room();
  const heard = new Map<string, Float32Array[]>();
  const seen = new Map<string, Colour>();
  const data: string[] = [];
  room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
    if (track.kind === TrackKind.KIND_AUDIO) void listen(track, participant.identity, heard);
    else void watch(track, participant.identity, seen);
  });
  room.on(RoomEvent.DataReceived, (payload, _participant, _kind, topic) => {
    data.push(`${topic}: ${new TextDecoder().decode(payload)}`);
  });
  const e2ee = {
    encryptionType: EncryptionType.GCM,
    keyProviderOptions: {
      ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
      ratchetWindowSize: 0,
      failureTolerance: -1,
      keyRingSize: 16,
      keyDerivationFunction: KeyDerivationFunction.HKDF,
    },
  };
  // `e2ee`, not `encryption`: that one would encrypt data packets, which are not LiveKit's matter here.
  const joinToken = await createJoinToken(options, sfuRoomName, identity, 'agent');
  await room.connect(url, joinToken, { autoSubscribe: true, dynacast: false, ...(isPlain ? {} : { e2ee }) });
  const local = room.localParticipant;
  if (local === undefined) throw new Error('The room has no local participant.');
  const publications: LocalTrackPublication[] = [];
  const stop = new AbortController();
  let takePicture = (): void => undefined;

  const sound = new AudioSource(SAMPLE_RATE, 1);
  const voice = new TrackPublishOptions();
  voice.source = TrackSource.SOURCE_MICROPHONE;
  publications.push(await local.publishTrack(LocalAudioTrack.createAudioTrack('tone', sound), voice));
  if (colour !== undefined) {
    const picture = new VideoSource(SIDE, SIDE);
    const camera = new TrackPublishOptions();
    camera.source = TrackSource.SOURCE_CAMERA;
    camera.videoCodec = VideoCodec.VP8;
    camera.simulcast = false;
    publications.push(await local.publishTrack(LocalVideoTrack.createVideoTrack('wall', picture), camera));
    takePicture = pictures(picture, colour);
  }
  const humming = hum(sound, toneHz, takePicture, stop.signal);

  const windows = (from: string, hz: number): readonly number[] =>
    (heard.get(from) ?? []).map((samples) => toneShare(samples, SAMPLE_RATE, hz));
  return {
    room,
    setKey: (owner, slot, key) => setParticipantKey(room, owner, key, slot),
    sendWith(slot) {
      for (const { sid } of publications) {
        const value = new FrameCryptorSetKeyIndexRequest({
          participantIdentity: identity,
          trackSid: sid ?? '',
          keyIndex: slot,
        });
        requestE2ee(room, { case: 'cryptorSetKeyIndex', value });
      }
    },
    say: (text, { topic, reliable = true }) => local.publishData(new TextEncoder().encode(text), { reliable, topic }),
    data,
    windows,
    heardTone: (from, hz) => windows(from, hz).at(-1) ?? 0,
    seenColour: (from) => seen.get(from),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await humming;
      await room.disconnect();
    },
  };
}

async function listen(track: RemoteTrack, from: string, heard: Map<string, Float32Array[]>): Promise<void> {
  const windows = heard.get(from) ?? [];
  heard.set(from, windows);
  let window = new Float32Array(WINDOW_SAMPLES);
  let filled = 0;
  for await (const { data } of new AudioStream(track, { sampleRate: SAMPLE_RATE, numChannels: 1 })) {
    for (const sample of data) {
      window[filled] = sample / 32_768;
      filled += 1;
      if (filled < WINDOW_SAMPLES) continue;
      windows.push(window);
      window = new Float32Array(WINDOW_SAMPLES);
      filled = 0;
    }
  }
}

async function watch(track: RemoteTrack, from: string, seen: Map<string, Colour>): Promise<void> {
  for await (const { frame } of new VideoStream(track)) {
    const { data, width, height } = frame.convert(VideoBufferType.RGBA);
    const middle = 4 * (Math.floor(height / 2) * width + Math.floor(width / 2));
    seen.set(from, nameOf(data[middle] ?? 0, data[middle + 1] ?? 0, data[middle + 2] ?? 0));
  }
}

/** Sound takes a picture along in each tenth of a second: `captureFrame` waits until the sound is taken, which keeps time. */
async function hum(source: AudioSource, toneHz: number, takePicture: () => void, signal: AbortSignal): Promise<void> {
  for (let index = 0; !signal.aborted;) {
    if (index % (SAMPLE_RATE / 10) === 0) takePicture();
    const samples = new Int16Array(FRAME_SAMPLES);
    for (let at = 0; at < FRAME_SAMPLES; at += 1, index += 1) {
      samples[at] = LOUDNESS * Math.sin((2 * Math.PI * toneHz * index) / SAMPLE_RATE);
    }
    await source.captureFrame(new AudioFrame(samples, SAMPLE_RATE, 1, FRAME_SAMPLES));
  }
}

/** A camera in front of a wall of one colour; each call is one picture. */
function pictures(source: VideoSource, colour: Colour): () => void {
  const rgba = new Uint8Array(SIDE * SIDE * 4).fill(255);
  for (let at = 0; at < rgba.length; at += 4) {
    rgba.set([colour === 'red' ? 255 : 0, colour === 'green' ? 255 : 0, colour === 'blue' ? 255 : 0], at);
  }
  const frame = new VideoFrame(rgba, SIDE, SIDE, VideoBufferType.RGBA).convert(VideoBufferType.I420);
  return () => source.captureFrame(frame);
}

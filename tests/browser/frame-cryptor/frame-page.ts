import { BearerSecret, SecretBytes, silentLogger } from '@oracle-calls/protocol';
import type { LocalTrack, RemoteTrack, SfuNotice, TrackStatistics } from '@oracle-calls/sdk';
import { AudioGraph, createLiveKitSfu } from '@oracle-calls/sdk/media';
import { colourOf, paint, type Colour } from './picture.ts';
import { toneShare } from '../sdk-media/tone.ts';

/*
 * The SDK's media port alone, in a real browser: what is tested here is what leaves and what is heard.
 */

export interface FramePage {
  connect(options: { readonly url: string; readonly joinToken: string; readonly identity: string }): Promise<void>;
  /** Publishes a microphone in front of a tuning fork. */
  publishTone(toneHz: number): Promise<void>;
  /** Publishes a camera in front of a painted wall. */
  publishPicture(colour: Colour): Promise<void>;
  installReceiving(identity: string, slot: number, keyHex: string): Promise<void>;
  switchSending(slot: number, keyHex: string): Promise<void>;
  retire(slot: number): Promise<void>;
  admit(identity: string): void;
  refuse(identity: string): void;
  setMuted(isMuted: boolean): Promise<void>;
  sendFrame(text: string, to: string): Promise<void>;
  /** In words, oldest first. */
  notices(): readonly string[];
  statistics(): Promise<readonly TrackStatistics[]>;
  /** How much of what a participant's track plays right now is this tone. */
  heardTone(identity: string, toneHz: number): number;
  seenColour(identity: string): Colour | undefined;
  /** What the platform, not LiveKit or we, says of the microphone. */
  isCapturing(): boolean;
}

declare global {
  interface Window {
    framePage: FramePage;
  }
}

const audioGraph = new AudioGraph();
const connection = createLiveKitSfu({
  e2eeWorker: () => new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' }),
  audioGraph,
  logger: silentLogger,
}).create();
const told: string[] = [];
const ears = new Map<string, AnalyserNode>();
const eyes = new Map<string, HTMLVideoElement>();
let microphone: LocalTrack | undefined;

connection.observe((notice) => {
  told.push(inWords(notice));
  if (notice.kind === 'trackArrived') attend(notice.track);
});

function inWords(notice: SfuNotice): string {
  switch (notice.kind) {
    case 'frame':
      return `frame ${notice.participantIdentity ?? 'nobody'} ${new TextDecoder().decode(notice.frame)}`;
    case 'trackArrived':
      return `trackArrived ${notice.track.participantIdentity} ${notice.track.kind}`;
    case 'sendingGuarded':
      return `sendingGuarded ${notice.isReady}`;
    case 'disconnected':
      return `disconnected ${notice.cause}`;
    case 'trackGone':
    case 'reconnecting':
    case 'reconnected':
      return notice.kind;
    default:
      return `${notice.kind} ${notice.participantIdentity}`;
  }
}

function attend(track: RemoteTrack): void {
  const { kind, participantIdentity, mediaStreamTrack } = track;
  if (mediaStreamTrack === undefined) return;
  if (kind === 'audio') {
    // Chromium gives a remote track's sound to WebAudio only while an element plays it.
    track.play();
    const context = audioGraph.open();
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaStreamSource(new MediaStream([mediaStreamTrack])).connect(analyser);
    ears.set(participantIdentity, analyser);
    return;
  }
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([mediaStreamTrack]);
  document.body.append(video);
  void video.play();
  eyes.set(participantIdentity, video);
}

const keyOf = (hex: string): SecretBytes =>
  new SecretBytes(Uint8Array.from(hex.match(/../g) ?? [], fromHex), 'test key');
const fromHex = (pair: string): number => Number.parseInt(pair, 16);

function localTrack(kind: LocalTrack['kind'], stream: MediaStream): LocalTrack {
  const [mediaStreamTrack] = stream.getTracks();
  const source = kind === 'audio' ? 'microphone' : 'camera';
  return { source, kind, mediaStreamTrack, level: () => 0, stop: () => mediaStreamTrack?.stop() };
}

window.framePage = {
  async connect({ url, joinToken, identity }) {
    const { signal } = new AbortController();
    await connection.connect({ url, identity, joinToken: new BearerSecret(joinToken, 'join token'), signal });
  },
  async publishTone(toneHz) {
    const context = audioGraph.open();
    const destination = context.createMediaStreamDestination();
    const fork = new OscillatorNode(context, { frequency: toneHz });
    fork.connect(new GainNode(context, { gain: 0.3 })).connect(destination);
    fork.start();
    microphone = localTrack('audio', destination.stream);
    await connection.publish(microphone);
  },
  publishPicture: (colour) => connection.publish(localTrack('video', paint(colour))),
  installReceiving: (identity, slot, keyHex) => connection.frameKeys.installReceiving(identity, slot, keyOf(keyHex)),
  switchSending: (slot, keyHex) => connection.frameKeys.switchSending(slot, keyOf(keyHex)),
  retire: (slot) => connection.frameKeys.retire(slot),
  admit: (identity) => connection.admit(identity),
  refuse: (identity) => connection.refuse(identity),
  async setMuted(isMuted) {
    if (microphone !== undefined) await connection.setMuted(microphone, isMuted);
  },
  sendFrame: (text, to) => connection.sendFrame(new TextEncoder().encode(text), to),
  notices: () => told,
  statistics: () => connection.statistics(),
  heardTone(identity, toneHz) {
    const analyser = ears.get(identity);
    if (analyser === undefined) return 0;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return toneShare(samples, analyser.context.sampleRate, toneHz);
  },
  seenColour(identity) {
    const video = eyes.get(identity);
    return video === undefined ? undefined : colourOf(video);
  },
  isCapturing: () => Reflect.get(MediaStreamTrack.prototype, 'enabled', microphone?.mediaStreamTrack),
};

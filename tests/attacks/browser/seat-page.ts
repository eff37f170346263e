import { BearerSecret, SecretBytes, silentLogger, systemClock } from '@oracle-calls/protocol';
import { AudioGraph, createLiveKitSfu, type SfuConnection } from '@oracle-calls/sdk/media';
import { toneShare } from '../../browser/sdk-media/tone.ts';

/*
 * The user's seat in the SFU room as the SDK has it (its SFU port, frame layer and worker), with keys that the attack hands over
 * instead of a handshake: what is attacked here is what the media server can do.
 */

export interface SeatKey {
  readonly slot: number;
  readonly keyHex: string;
}

export interface SeatOptions {
  readonly url: string;
  readonly joinToken: string;
  readonly identity: string;
  /** The microphone hums this tone. */
  readonly toneHz: number;
  readonly sending: SeatKey;
  readonly oracle: SeatKey & { readonly identity: string };
}

export interface SeatPage {
  /** Joins, publishes the microphone, and admits the oracle. */
  take(options: SeatOptions): Promise<void>;
  /** How much of what the oracle's tracks play right now is this tone. */
  heardTone(toneHz: number): number;
  /** Sends a frame to somebody; resolves with what became of it within the time. */
  sendFrame(to: string, maxMs: number): Promise<'sent' | 'refused' | 'hanging'>;
  /** Kinds of notices so far, with participants. */
  notices(): readonly string[];
  leave(): Promise<void>;
}

type LocalTrack = Parameters<SfuConnection['publish']>[0];

declare global {
  interface Window {
    seatPage: SeatPage;
  }
}

const audioGraph = new AudioGraph();
const notices: string[] = [];
const analysers: AnalyserNode[] = [];
let connection: SfuConnection | undefined;

const makeWorker = (): Worker =>
  new Worker(new URL('@oracle-calls/sdk/frame-worker', import.meta.url), { type: 'module' });
const secretOf = ({ keyHex }: SeatKey): SecretBytes =>
  new SecretBytes(
    Uint8Array.from(keyHex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
    'media key',
  );

function microphone(toneHz: number): LocalTrack {
  const context = audioGraph.open();
  const destination = context.createMediaStreamDestination();
  const fork = new OscillatorNode(context, { frequency: toneHz });
  fork.connect(new GainNode(context, { gain: 0.3 })).connect(destination);
  fork.start();
  const [mediaStreamTrack] = destination.stream.getAudioTracks();
  return { source: 'microphone', kind: 'audio', mediaStreamTrack } as LocalTrack;
}

window.seatPage = {
  async take({ url, joinToken, identity, toneHz, sending, oracle }) {
    const sfu = createLiveKitSfu({ e2eeWorker: makeWorker, audioGraph, logger: silentLogger }).create();
    connection = sfu;
    sfu.observe((notice) => {
      const about = 'participantIdentity' in notice ? ` ${notice.participantIdentity}` : '';
      notices.push(`${notice.kind}${about}`);
      if (notice.kind !== 'trackArrived') return;
      notice.track.play();
      if (notice.track.mediaStreamTrack === undefined) return;
      const context = audioGraph.open();
      const analyser = new AnalyserNode(context, { fftSize: 8192 });
      context.createMediaStreamSource(new MediaStream([notice.track.mediaStreamTrack])).connect(analyser);
      analysers.push(analyser);
    });
    const { signal } = new AbortController();
    await sfu.connect({ url, joinToken: new BearerSecret(joinToken, 'join token'), identity, signal });
    await sfu.publish(microphone(toneHz));
    await sfu.frameKeys.switchSending(sending.slot, secretOf(sending));
    await sfu.frameKeys.installReceiving(oracle.identity, oracle.slot, secretOf(oracle));
    sfu.admit(oracle.identity);
  },
  heardTone(toneHz) {
    const shares = analysers.map((analyser) => {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return toneShare(samples, analyser.context.sampleRate, toneHz);
    });
    return Math.max(0, ...shares);
  },
  async sendFrame(to, maxMs) {
    const sent = connection?.sendFrame(new TextEncoder().encode('a frame of the handshake'), to).then(
      () => 'sent' as const,
      () => 'refused' as const,
    );
    const late = systemClock.sleep(maxMs).then(() => 'hanging' as const);
    return (await Promise.race([sent, late])) ?? 'refused';
  },
  notices: () => notices,
  async leave() {
    await connection?.close();
  },
};

/**
 * The floor of call set-up: nothing but LiveKit. A page that holds the key connects to a room in which the agent is already
 * speaking; measured from the call of `connect` to the first audible decrypted sample.
 */
import { BaseKeyProvider, Room, RoomEvent, Track } from 'livekit-client';

class FloorKeyProvider extends BaseKeyProvider {
  constructor() {
    super({ sharedKey: false, ratchetWindowSize: 0, failureTolerance: -1 });
  }

  async setKey(identity: string, raw: Uint8Array<ArrayBuffer>): Promise<void> {
    const key = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveBits', 'deriveKey']);
    this.onSetEncryptionKey(key, identity, 0);
  }
}

export interface FloorRequest {
  readonly url: string;
  readonly joinToken: string;
  readonly keyHex: string;
  readonly agentIdentity: string;
  readonly audibleLevel: number;
}

declare global {
  interface Window {
    measureFloor: (request: FloorRequest) => Promise<{ connectedMs: number; audibleMs: number }>;
  }
}

/** Same step as the SDK's own meter, so that both measure alike. */
const METER_STEP_MS = 10;

window.measureFloor = async ({ url, joinToken, keyHex, agentIdentity, audibleLevel }) => {
  const keyProvider = new FloorKeyProvider();
  const worker = new Worker(new URL('livekit-client/e2ee-worker', import.meta.url), { type: 'module' });
  const raw = Uint8Array.from(keyHex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const room = new Room({ encryption: { keyProvider, worker } });
  const context = new AudioContext();
  const clickedMs = performance.now();
  await keyProvider.setKey(agentIdentity, raw);
  await room.setE2EEEnabled(true);
  const audible = new Promise<number>((resolve) => {
    room.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind !== Track.Kind.Audio) return;
      document.body.append(track.attach());
      const analyser = new AnalyserNode(context, { fftSize: 512 });
      context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const timer = setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
        if (Math.sqrt(energy / samples.length) < audibleLevel) return;
        clearInterval(timer);
        resolve(performance.now() - clickedMs);
      }, METER_STEP_MS);
    });
  });
  await room.connect(url, joinToken);
  const connectedMs = performance.now() - clickedMs;
  const audibleMs = await audible;
  await room.disconnect();
  worker.terminate();
  await context.close();
  return { connectedMs, audibleMs };
};

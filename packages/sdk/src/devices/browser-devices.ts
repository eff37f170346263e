import { OracleCallError } from '@oracle-calls/protocol';
import type { AudioGraph } from '../media/audio-graph.ts';
import type { DevicesPort, LocalTrack } from './devices-port.ts';

/** Speech, not music: the browser's own echo cancellation keeps the oracle from hearing itself. */
const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};

const CAMERA: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

export interface BrowserDevicesOptions {
  readonly audioGraph: Pick<AudioGraph, 'probe'>;
  readonly mediaDevices?: Pick<MediaDevices, 'getUserMedia'> | undefined;
}

/** The browser's microphone and camera. */
export function createBrowserDevices({ audioGraph, mediaDevices }: BrowserDevicesOptions): DevicesPort {
  return {
    async capture(callType, { signal }) {
      signal.throwIfAborted();
      const devices = mediaDevices ?? navigator.mediaDevices;
      const constraints = { audio: MICROPHONE, ...(callType === 'video' ? { video: CAMERA } : {}) };
      let stream: MediaStream;
      try {
        stream = await devices.getUserMedia(constraints);
      } catch (cause) {
        signal.throwIfAborted();
        const name = cause instanceof Error ? cause.name : 'unknown';
        throw new OracleCallError('ERR_MEDIA_DEVICE', undefined, { cause, details: { name } });
      }
      const tracks = stream.getTracks();
      if (signal.aborted) {
        for (const track of tracks) track.stop();
        signal.throwIfAborted();
      }
      return tracks
        .toSorted((one, other) => one.kind.localeCompare(other.kind))
        .map((track) => createLocalTrack(track, audioGraph));
    },
  };
}

function createLocalTrack(track: MediaStreamTrack, audioGraph: Pick<AudioGraph, 'probe'>): LocalTrack {
  // Silent until the media layer has seen that what it captures leaves sealed.
  track.enabled = false;
  const probe = track.kind === 'audio' ? audioGraph.probe(track) : undefined;
  return {
    kind: track.kind === 'audio' ? 'audio' : 'video',
    mediaStreamTrack: track,
    level: () => probe?.level() ?? 0,
    stop: () => {
      probe?.[Symbol.dispose]();
      track.stop();
    },
  };
}

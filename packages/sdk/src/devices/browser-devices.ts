import { OracleCallError } from '@oracle-calls/protocol';
import type { AudioGraph } from '../media/audio-graph.ts';
import { BrowserChoices, type BrowserMachine, type BrowserMedia } from './browser-choices.ts';
import type { Devices } from './devices.ts';
import type { DevicesPort, LocalTrack } from './devices-port.ts';
import type { ChoiceStorage } from './kept-choices.ts';
import { createLocalTrack } from './local-capture.ts';

/** Speech, not music: the browser's own echo cancellation keeps the oracle from hearing itself. */
const MICROPHONE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};

const CAMERA: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

export interface BrowserDevicesOptions {
  readonly audioGraph: Pick<AudioGraph, 'open' | 'probe' | 'speaker'>;
  /** The browser's own when absent, as the others. */
  readonly mediaDevices?: BrowserMedia | undefined;
  readonly permissions?: Pick<Permissions, 'query'> | undefined;
  /** Where choices are kept; the page's `localStorage` when absent. */
  readonly storage?: ReturnType<ChoiceStorage> | undefined;
}

/** The browser's microphone, camera and screen. */
export function createBrowserDevices(options: BrowserDevicesOptions): DevicesPort & { readonly choices: Devices } {
  const { audioGraph, mediaDevices: media = navigator.mediaDevices, permissions = navigator.permissions } = options;
  const open: BrowserMachine['open'] = async (sources, wish, signal) => {
    signal.throwIfAborted();
    const { chosen } = choices.snapshot;
    const idOf = (id: string | undefined): MediaTrackConstraints => {
      if (typeof wish === 'object') return { deviceId: wish };
      // A device that is away is no reason not to call.
      return wish === 'chosen' && id !== undefined ? { deviceId: { ideal: id } } : {};
    };
    const constraints: MediaStreamConstraints = {};
    if (sources.includes('microphone')) constraints.audio = { ...MICROPHONE, ...idOf(chosen.microphone) };
    if (sources.includes('camera')) constraints.video = { ...CAMERA, ...idOf(chosen.camera) };
    const tracks = await tracksOf(sources, signal, () => machine.media.getUserMedia(constraints));
    return tracks
      .toSorted((one, other) => one.kind.localeCompare(other.kind))
      .map((track) => createLocalTrack(track.kind === 'audio' ? 'microphone' : 'camera', track, audioGraph));
  };
  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE`; an abort rethrows `signal.reason`, with everything off again */
  const tracksOf: BrowserMachine['tracksOf'] = async (wanted, signal, ask) => {
    let tracks: readonly MediaStreamTrack[];
    try {
      tracks = (await ask()).getTracks();
    } catch (cause) {
      signal.throwIfAborted();
      const { deviceFailureOf } = await import('./device-problem.ts');
      const details = await deviceFailureOf(cause, wanted, machine);
      throw new OracleCallError('ERR_MEDIA_DEVICE', undefined, { cause, details });
    }
    if (signal.aborted) for (const track of tracks) track.stop();
    signal.throwIfAborted();
    return tracks;
  };
  const machine = { audioGraph, media, permissions, storage: () => options.storage ?? localStorage, open, tracksOf };
  const choices = new BrowserChoices(machine);

  return {
    choices,
    serve(use) {
      choices.use = use;
      return { [Symbol.dispose]: () => void (choices.use = undefined) };
    },
    capture: (callType, { signal }) =>
      open(callType === 'video' ? ['microphone', 'camera'] : ['microphone'], 'chosen', signal),
    async open(source, { wish, signal }) {
      const [track] = await open([source], wish, signal);
      return track as LocalTrack;
    },
    share: async ({ signal }) => (await import('./share-screen.ts')).shareScreen(machine, signal),
  };
}

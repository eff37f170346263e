import { OracleCallError } from '@oracle-calls/protocol';
import type { AudioGraph } from '../media/audio-graph.ts';
import { BrowserChoices } from './browser-choices.ts';
import type { Devices } from './devices.ts';
import type { CaptureSource, DevicesPort, DeviceWish, LocalTrack } from './devices-port.ts';
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

/** Text is to be read, so size goes before motion. */
const SCREEN: MediaTrackConstraints = { frameRate: { ideal: 15 } };

/** What is used of the browser's `navigator.mediaDevices`. */
export type BrowserMedia = Pick<MediaDevices, 'getUserMedia'> &
  Partial<Pick<MediaDevices, 'getDisplayMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'>>;

export interface BrowserDevicesOptions {
  readonly audioGraph: Pick<AudioGraph, 'open' | 'probe' | 'speaker'>;
  readonly mediaDevices?: BrowserMedia | undefined;
  readonly permissions?: Pick<Permissions, 'query'> | undefined;
  /** Where choices are kept; the page's `localStorage` when absent. */
  readonly storage?: ChoiceStorage | undefined;
}

/** The browser's own, unless it has none: a page that came by plain http has neither devices nor permissions. */
export interface BrowserMachine {
  readonly audioGraph: Pick<AudioGraph, 'open' | 'probe' | 'speaker'>;
  readonly media: () => BrowserMedia | undefined;
  readonly permissions: () => Pick<Permissions, 'query'> | undefined;
  readonly storage: ChoiceStorage | undefined;
}

/** The browser's microphone, camera and screen. */
export function createBrowserDevices(options: BrowserDevicesOptions): DevicesPort & { readonly choices: Devices } {
  const { audioGraph } = options;
  const machine: BrowserMachine = {
    audioGraph,
    media: () => options.mediaDevices ?? globalThis.navigator?.mediaDevices,
    permissions: () => options.permissions ?? globalThis.navigator?.permissions,
    storage: options.storage ?? localStorageOf(globalThis),
  };
  const open = async (
    sources: readonly CaptureSource[],
    wish: DeviceWish,
    signal: AbortSignal,
  ): Promise<readonly LocalTrack[]> => {
    signal.throwIfAborted();
    const { chosen } = choices.snapshot;
    const audio = sources.includes('microphone') ? { ...MICROPHONE, ...idOf(chosen.microphone, wish) } : undefined;
    const video = sources.includes('camera') ? { ...CAMERA, ...idOf(chosen.camera, wish) } : undefined;
    const stream = await streamOf(machine, sources, signal, (media) =>
      media.getUserMedia({ ...(audio && { audio }), ...(video && { video }) }),
    );
    return stream
      .getTracks()
      .toSorted((one, other) => one.kind.localeCompare(other.kind))
      .map((track) => createLocalTrack(track.kind === 'audio' ? 'microphone' : 'camera', track, audioGraph));
  };
  const choices = new BrowserChoices(machine, open);

  return {
    choices,
    serve: (use) => choices.serve(use),
    capture: (callType, { signal }) =>
      open(callType === 'video' ? ['microphone', 'camera'] : ['microphone'], 'chosen', signal),
    async open(source, { wish, signal }) {
      const [track] = await open([source], wish, signal);
      if (track === undefined) throw new OracleCallError('ERR_MEDIA_DEVICE', 'The device gives no track.');
      return track;
    },
    async share({ signal }) {
      try {
        const stream = await streamOf(machine, ['screen'], signal, (media) =>
          media.getDisplayMedia === undefined
            ? Promise.reject(new DOMException('no screen can be shared here', 'NotFoundError'))
            : media.getDisplayMedia({ video: SCREEN, audio: false }),
        );
        const [track] = stream.getVideoTracks();
        return track && createLocalTrack('screen', track, audioGraph);
      } catch (error) {
        // The browsers' pickers say the same of a person who closes them.
        if (error instanceof OracleCallError && error.details?.['problem'] === 'denied') return undefined;
        throw error;
      }
    },
  };
}

function idOf(chosen: string | undefined, wish: DeviceWish): MediaTrackConstraints {
  if (typeof wish === 'object') return { deviceId: { exact: wish.exact } };
  // A device that is away is no reason not to call.
  return wish === 'default' || chosen === undefined ? {} : { deviceId: { ideal: chosen } };
}

/** @throws {OracleCallError} `ERR_MEDIA_DEVICE`; an abort rethrows `signal.reason`, with everything off again */
async function streamOf(
  { media, permissions }: BrowserMachine,
  wanted: readonly LocalTrack['source'][],
  signal: AbortSignal,
  ask: (media: BrowserMedia) => Promise<MediaStream>,
): Promise<MediaStream> {
  const browser = media();
  if (browser === undefined) {
    const details = { name: '', device: wanted[0] ?? 'microphone', problem: 'insecure' };
    throw new OracleCallError('ERR_MEDIA_DEVICE', undefined, { details });
  }
  let stream: MediaStream;
  try {
    stream = await ask(browser);
  } catch (cause) {
    signal.throwIfAborted();
    const { name } = cause instanceof Error ? cause : { name: 'unknown' };
    const { failureOf } = await import('./device-problem.ts');
    const details = { name, ...(await failureOf(name, wanted, browser, permissions())) };
    throw new OracleCallError('ERR_MEDIA_DEVICE', undefined, { cause, details });
  }
  if (signal.aborted) for (const track of stream.getTracks()) track.stop();
  signal.throwIfAborted();
  return stream;
}

/** Some browsers forbid even the look. */
function localStorageOf(page: { readonly localStorage?: Storage }): Storage | undefined {
  try {
    return page.localStorage;
  } catch {
    return undefined;
  }
}

/**
 * Runs inside the page before its own scripts, after `page-ears.ts`: microphones, cameras and speakers that a script plugs in,
 * unplugs, forbids and occupies. Self-contained: it is handed to the browser as text. Sound and picture come from what was
 * `getUserMedia` before; which device they seem to come from, and whether they come at all, is decided here.
 */
export interface RackDevice {
  readonly deviceId: string;
  readonly kind: MediaDeviceKind;
  readonly label: string;
}

/** What a browser does when a page asks for a microphone or a camera. */
export type RackAnswer =
  | 'give'
  /** A person, or a setting, said no. */
  | 'deny'
  /** Another program has the device. */
  | 'busy';

export interface DeviceRack {
  /** Adds a device and tells the page that something changed. */
  plug(device: RackDevice): void;
  /** Takes a device away: its tracks end, and the page is told that something changed. */
  unplug(deviceId: string): void;
  answer(kind: 'audioinput' | 'videoinput', answer: RackAnswer): void;
  /** How the browser's picker of screens answers: with a screen, or as when a person closes it. */
  answerScreen(answer: 'give' | 'dismiss'): void;
  /** What "Stop sharing" of the browser's own bar does. */
  stopScreen(): void;
  /** The device that each track which is still running came from. */
  inUse(): readonly string[];
  /** Where media elements play to, by `setSinkId`; `''` for the default. */
  speakers(): readonly string[];
  /** How loud media elements were told to be, 0 to 1. */
  volumes(): readonly number[];
}

/** A microphone, a camera and a loudspeaker, as a laptop has them. */
export const LAPTOP: readonly RackDevice[] = [
  { deviceId: 'built-in-microphone', kind: 'audioinput', label: 'Built-in microphone' },
  { deviceId: 'built-in-camera', kind: 'videoinput', label: 'Built-in camera' },
  { deviceId: 'built-in-speakers', kind: 'audiooutput', label: 'Built-in speakers' },
];

export function installDeviceRack(atFirst: readonly RackDevice[]): void {
  type InputKind = 'audioinput' | 'videoinput';
  const devices = [...atFirst];
  const answers: Record<InputKind, RackAnswer> = { audioinput: 'give', videoinput: 'give' };
  const running = new Map<MediaStreamTrack, string>();
  let screenAnswer: 'give' | 'dismiss' = 'give';
  const media = navigator.mediaDevices;
  const giveAny = media.getUserMedia.bind(media);
  const refuse = (name: string, message: string): never => {
    throw new DOMException(message, name);
  };

  /** Ends a track as the browser does: `stop()` alone, called by a page, tells nobody. */
  const endTracks = (deviceId: string): void => {
    for (const [track, from] of running) {
      if (from !== deviceId || track.readyState === 'ended') continue;
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  };
  const adopt = (track: MediaStreamTrack, { deviceId, label }: Pick<RackDevice, 'deviceId' | 'label'>): void => {
    running.set(track, deviceId);
    const [settings, clone] = [track.getSettings.bind(track), track.clone.bind(track)];
    Object.defineProperties(track, {
      label: { value: label },
      getSettings: { value: () => ({ ...settings(), deviceId, groupId: 'rack' }) },
      clone: {
        value: () => {
          const copy = clone();
          adopt(copy, { deviceId, label });
          return copy;
        },
      },
    });
  };

  /** Device ids that a constraint names: those it insists on, and those it would like. */
  const named = (wanted: ConstrainDOMString | undefined): { readonly exact: string[]; readonly ideal: string[] } => {
    if (wanted === undefined) return { exact: [], ideal: [] };
    if (typeof wanted === 'string' || Array.isArray(wanted)) return { exact: [], ideal: [wanted].flat() };
    return { exact: [wanted.exact ?? []].flat(), ideal: [wanted.ideal ?? []].flat() };
  };
  const choose = (kind: InputKind, wanted: boolean | MediaTrackConstraints): RackDevice => {
    const there = devices.filter((device) => device.kind === kind);
    const { exact, ideal } = named(wanted === true || wanted === false ? undefined : wanted.deviceId);
    if (there.length === 0) refuse('NotFoundError', 'Requested device not found');
    if (answers[kind] === 'deny') refuse('NotAllowedError', 'Permission denied');
    const fitting = exact.length === 0 ? there : there.filter(({ deviceId }) => exact.includes(deviceId));
    const chosen = fitting.find(({ deviceId }) => ideal.includes(deviceId)) ?? fitting[0];
    // `exact` met no device: https://w3c.github.io/mediacapture-main/#dfn-overconstrainederror
    if (chosen === undefined) throw new OverconstrainedError('deviceId', '');
    if (answers[kind] === 'busy') refuse('NotReadableError', 'Could not start source');
    return chosen;
  };
  const isWanted = (wanted: boolean | MediaTrackConstraints | undefined): wanted is true | MediaTrackConstraints =>
    wanted !== undefined && wanted !== false;

  media.getUserMedia = async (constraints = {}): Promise<MediaStream> => {
    const { audio, video } = constraints;
    // All is decided before anything is opened: one refusal refuses the whole request.
    const microphone = isWanted(audio) ? choose('audioinput', audio) : undefined;
    const camera = isWanted(video) ? choose('videoinput', video) : undefined;
    const withoutId = (wanted: boolean | MediaTrackConstraints | undefined): boolean | MediaTrackConstraints => {
      if (typeof wanted !== 'object') return wanted ?? false;
      const { deviceId: _deviceId, groupId: _groupId, ...rest } = wanted;
      return rest;
    };
    const stream = await giveAny({ audio: withoutId(audio), video: withoutId(video) });
    for (const track of stream.getTracks()) {
      const device = track.kind === 'audio' ? microphone : camera;
      if (device !== undefined) adopt(track, device);
    }
    return stream;
  };

  media.enumerateDevices = (): Promise<MediaDeviceInfo[]> =>
    Promise.resolve(
      devices.map(({ deviceId, kind, label }) => {
        // Names are for pages that may use such a device.
        const isNamed = kind === 'audiooutput' || answers[kind] !== 'deny';
        const info = { deviceId, kind, label: isNamed ? label : '', groupId: 'rack' };
        return { ...info, toJSON: () => info };
      }),
    );

  const screen = { deviceId: 'screen', label: 'Entire screen' };
  media.getDisplayMedia = (): Promise<MediaStream> => {
    if (screenAnswer === 'dismiss') return Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const context = canvas.getContext('2d');
    const paint = (): void => {
      if (context === null) return;
      context.fillStyle = `hsl(${(performance.now() / 20) % 360} 60% 50%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    };
    const stream = canvas.captureStream(10);
    for (const track of stream.getVideoTracks()) {
      adopt(track, screen);
      // A canvas gives a picture when it was painted; a screen gives one from time to time.
      const repaint = (): void => {
        if (track.readyState === 'ended') return;
        paint();
        requestAnimationFrame(repaint);
      };
      repaint();
    }
    return Promise.resolve(stream);
  };

  const { permissions } = navigator;
  const askBrowser = permissions.query.bind(permissions);
  const nameOf: Readonly<Record<string, InputKind>> = { microphone: 'audioinput', camera: 'videoinput' };
  permissions.query = async (descriptor: PermissionDescriptor): Promise<PermissionStatus> => {
    const status = await askBrowser(descriptor);
    const kind = nameOf[descriptor.name];
    if (kind === undefined) return status;
    return Object.defineProperty(status, 'state', { get: () => (answers[kind] === 'deny' ? 'denied' : 'granted') });
  };

  const sinks = new Map<HTMLMediaElement, string>();
  HTMLMediaElement.prototype.setSinkId = function setSinkId(this: HTMLMediaElement, sinkId: string): Promise<void> {
    const isThere =
      sinkId === '' || devices.some(({ deviceId, kind }) => kind === 'audiooutput' && deviceId === sinkId);
    if (!isThere) return Promise.reject(new DOMException('Requested device not found', 'NotFoundError'));
    sinks.set(this, sinkId);
    return Promise.resolve();
  };
  Object.defineProperty(HTMLMediaElement.prototype, 'sinkId', {
    configurable: true,
    get(this: HTMLMediaElement): string {
      return sinks.get(this) ?? '';
    },
  });

  const volumes = new Map<HTMLMediaElement, number>();
  const ownVolume = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'volume');
  Object.defineProperty(HTMLMediaElement.prototype, 'volume', {
    configurable: true,
    get(this: HTMLMediaElement): number {
      return Number(ownVolume?.get?.call(this));
    },
    set(this: HTMLMediaElement, volume: number) {
      ownVolume?.set?.call(this, volume);
      volumes.set(this, volume);
    },
  });

  const changed = (): void => void media.dispatchEvent(new Event('devicechange'));
  const rack: DeviceRack = {
    plug(device) {
      devices.push(device);
      changed();
    },
    unplug(deviceId) {
      const at = devices.findIndex((device) => device.deviceId === deviceId);
      if (at === -1) throw new Error(`There is no ${deviceId}.`);
      devices.splice(at, 1);
      endTracks(deviceId);
      changed();
    },
    answer: (kind, answer) => void (answers[kind] = answer),
    answerScreen: (answer) => void (screenAnswer = answer),
    stopScreen: () => endTracks(screen.deviceId),
    inUse: () => [...running].filter(([track]) => track.readyState === 'live').map(([, deviceId]) => deviceId),
    speakers: () => [...sinks.values()],
    volumes: () => [...volumes.values()],
  };
  Object.defineProperty(globalThis, 'deviceRack', { value: rack });
}

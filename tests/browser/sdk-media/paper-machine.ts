import { paint, type Colour } from '../frame-cryptor/picture.ts';

interface PaperDevice {
  readonly kind: MediaDeviceKind;
  readonly deviceId: string;
  readonly label: string;
  /** What a microphone hears, in hertz. */
  readonly toneHz?: number;
  /** What a camera sees. */
  readonly colour?: Colour;
}

/** Microphones in front of tuning forks and cameras in front of painted walls, plugged in and out by the test. Screens are the browser's own. */
export class PaperMachine extends EventTarget {
  readonly #openContext: () => AudioContext;
  readonly #on = new Map<MediaStreamTrack, string>();
  #devices: readonly PaperDevice[];

  constructor(devices: readonly PaperDevice[], openContext: () => AudioContext) {
    super();
    this.#devices = devices;
    this.#openContext = openContext;
  }

  /** Ids of devices whose light is on. */
  get on(): readonly string[] {
    return [...this.#on].filter(([track]) => track.readyState === 'live').map(([, deviceId]) => deviceId);
  }

  unplug(deviceId: string): void {
    this.#devices = this.#devices.filter((device) => device.deviceId !== deviceId);
    for (const [track, id] of this.#on) {
      if (id !== deviceId || track.readyState !== 'live') continue;
      track.stop();
      // `stop` is the page's own and fires nothing; a pulled plug does.
      track.dispatchEvent(new Event('ended'));
    }
    this.dispatchEvent(new Event('devicechange'));
  }

  plugIn(device: PaperDevice): void {
    this.#devices = [...this.#devices, device];
    this.dispatchEvent(new Event('devicechange'));
  }

  readonly enumerateDevices = async (): Promise<MediaDeviceInfo[]> =>
    this.#devices.map((device) => ({ ...device, groupId: '', toJSON: () => device }));

  readonly getUserMedia = async ({ audio, video }: MediaStreamConstraints = {}): Promise<MediaStream> => {
    const tracks = [
      ...(audio === undefined ? [] : [this.#open('audioinput', audio)]),
      ...(video === undefined ? [] : [this.#open('videoinput', video)]),
    ];
    return new MediaStream(tracks);
  };

  readonly getDisplayMedia = (options?: DisplayMediaStreamOptions): Promise<MediaStream> =>
    navigator.mediaDevices.getDisplayMedia(options);

  #open(kind: MediaDeviceKind, constraints: boolean | MediaTrackConstraints): MediaStreamTrack {
    const id = typeof constraints === 'object' ? constraints.deviceId : undefined;
    const { exact, ideal } = typeof id === 'object' && !Array.isArray(id) ? id : { exact: undefined, ideal: undefined };
    const all = this.#devices.filter((device) => device.kind === kind);
    const device =
      all.find(({ deviceId }) => deviceId === (exact ?? ideal)) ?? (exact === undefined ? all[0] : undefined);
    if (device === undefined)
      throw new DOMException('not there', exact === undefined ? 'NotFoundError' : 'OverconstrainedError');
    const [track] = (device.colour === undefined ? this.#fork(device.toneHz ?? 0) : paint(device.colour)).getTracks();
    if (track === undefined) throw new Error('No track.');
    this.#on.set(track, device.deviceId);
    return track;
  }

  #fork(toneHz: number): MediaStream {
    const context = this.#openContext();
    const destination = context.createMediaStreamDestination();
    const fork = new OscillatorNode(context, { frequency: toneHz });
    fork.connect(new GainNode(context, { gain: 0.3 })).connect(destination);
    fork.start();
    return destination.stream;
  }
}

import type {
  CaptureSource,
  DeviceCheck,
  DeviceKind,
  Devices,
  DevicesSnapshot,
  DeviceWish,
  LocalTrack,
} from '@oracle-calls/sdk';

/** The list of devices as a test says it is. */
export class FakeDeviceChoices implements Devices {
  readonly #observers = new Set<() => void>();
  readonly #use: (source: CaptureSource, wish: DeviceWish) => Promise<void> | undefined;
  readonly #open: (source: CaptureSource) => LocalTrack;
  /** How often the test sound was played. */
  testSounds = 0;
  #snapshot: DevicesSnapshot = {
    devices: { microphone: [], camera: [], speaker: [] },
    chosen: { microphone: undefined, camera: undefined, speaker: undefined },
    permissions: { microphone: 'prompt', camera: 'prompt' },
    canChooseSpeaker: true,
    canShareScreen: true,
    volume: 1,
  };

  constructor(
    use: (source: CaptureSource, wish: DeviceWish) => Promise<void> | undefined,
    open: (source: CaptureSource) => LocalTrack,
  ) {
    this.#use = use;
    this.#open = open;
  }

  get snapshot(): DevicesSnapshot {
    return this.#snapshot;
  }

  get observers(): number {
    return this.#observers.size;
  }

  observe(listener: () => void): Disposable {
    const own = (): void => listener();
    this.#observers.add(own);
    return { [Symbol.dispose]: () => void this.#observers.delete(own) };
  }

  /** Something is different about the machine. */
  change(facts: Partial<DevicesSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...facts };
    for (const observer of [...this.#observers]) observer();
  }

  async choose(kind: DeviceKind, deviceId: string | undefined): Promise<void> {
    if (kind !== 'speaker') await this.#use(kind, deviceId === undefined ? 'default' : { exact: deviceId });
    this.change({ chosen: { ...this.#snapshot.chosen, [kind]: deviceId } });
  }

  setVolume(volume: number): void {
    this.change({ volume });
  }

  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE`, as the test says */
  async check(
    wanted: { readonly microphone: boolean; readonly camera: boolean },
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DeviceCheck> {
    signal?.throwIfAborted();
    const microphone = wanted.microphone ? this.#open('microphone') : undefined;
    const camera = wanted.camera ? this.#open('camera') : undefined;
    return {
      microphone,
      camera,
      [Symbol.dispose]() {
        microphone?.stop();
        camera?.stop();
      },
    };
  }

  async playTestSound(): Promise<void> {
    this.testSounds += 1;
  }
}

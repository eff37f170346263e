import type { AudioGraph } from '../media/audio-graph.ts';
import { Observers } from '../observers/observers.ts';
import type { DeviceDesk } from './device-desk.ts';
import type { DeviceCheck, DeviceKind, Devices, DevicesSnapshot } from './devices.ts';
import type { CaptureSource, DeviceWish, LocalTrack, UseDevice } from './devices-port.ts';
import { readChosen, type ChoiceStorage } from './kept-choices.ts';

/** What is used of the browser's `navigator.mediaDevices`. */
export type BrowserMedia = Pick<MediaDevices, 'getUserMedia'> &
  Partial<Pick<MediaDevices, 'getDisplayMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'>>;

/** The browser around the devices. */
export interface BrowserMachine {
  readonly audioGraph: Pick<AudioGraph, 'open' | 'probe' | 'speaker'>;
  /** A page that came by plain http has none. */
  readonly media: BrowserMedia | undefined;
  readonly permissions: Pick<Permissions, 'query'> | undefined;
  readonly storage: ChoiceStorage;
  readonly open: (
    sources: readonly CaptureSource[],
    wish: DeviceWish,
    signal: AbortSignal,
  ) => Promise<readonly LocalTrack[]>;
  /** Asks the browser for tracks of these, and says what is wrong when it gives none. */
  readonly tracksOf: (
    wanted: readonly LocalTrack['source'][],
    signal: AbortSignal,
    ask: () => Promise<MediaStream>,
  ) => Promise<readonly MediaStreamTrack[]>;
}

/** What is known of the machine's devices. Whatever a call's set-up does not need is at the desk, which is loaded when somebody asks. */
export class BrowserChoices implements Devices {
  readonly machine: BrowserMachine;
  readonly observers = new Observers<void>();
  /** The call in progress. */
  use: UseDevice | undefined;
  snapshot: DevicesSnapshot;
  #desk: Promise<DeviceDesk> | undefined;

  constructor(machine: BrowserMachine) {
    this.machine = machine;
    const chosen = {
      microphone: readChosen(machine.storage, 'microphone'),
      camera: readChosen(machine.storage, 'camera'),
      speaker: readChosen(machine.storage, 'speaker'),
    };
    machine.audioGraph.speaker.deviceId = chosen.speaker;
    this.snapshot = {
      devices: { microphone: [], camera: [], speaker: [] },
      chosen,
      permissions: { microphone: 'unknown', camera: 'unknown' },
      canChooseSpeaker: false,
      canShareScreen: false,
      volume: 1,
    };
  }

  observe(listener: () => void): Disposable {
    const observation = this.observers.observe(listener);
    const watch = (): void => void this.#atDesk((desk) => desk.watch()).catch(() => undefined);
    watch();
    return {
      [Symbol.dispose]() {
        observation[Symbol.dispose]();
        watch();
      },
    };
  }

  choose(kind: DeviceKind, deviceId: string | undefined): Promise<void> {
    return this.#atDesk((desk) => desk.choose(kind, deviceId));
  }

  setVolume(volume: number): void {
    const { speaker } = this.machine.audioGraph;
    speaker.volume = volume;
    for (const element of speaker.elements) element.volume = volume;
    this.change({ volume });
  }

  check(...wanted: Parameters<Devices['check']>): Promise<DeviceCheck> {
    return this.#atDesk((desk) => desk.check(...wanted));
  }

  playTestSound(): Promise<void> {
    return this.#atDesk((desk) => desk.playTestSound());
  }

  change(facts: Partial<DevicesSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...facts };
    this.observers.tell();
  }

  async #atDesk<T>(work: (desk: DeviceDesk) => Promise<T>): Promise<T> {
    this.#desk ??= import('./device-desk.ts').then(({ DeviceDesk: Desk }) => new Desk(this));
    return work(await this.#desk);
  }
}

import { Observers } from '../observers/observers.ts';
import type { BrowserMachine } from './browser-devices.ts';
import type { DeviceDesk } from './device-desk.ts';
import type { DeviceCheck, DeviceKind, Devices, DevicesSnapshot } from './devices.ts';
import type { CaptureSource, DeviceWish, LocalTrack, UseDevice } from './devices-port.ts';
import { keepChosen, readChosen } from './kept-choices.ts';

export type OpenDevices = (
  sources: readonly CaptureSource[],
  wish: DeviceWish,
  signal: AbortSignal,
) => Promise<readonly LocalTrack[]>;

/** The state of the machine's devices. What a call's set-up does not need is loaded when somebody looks. */
export class BrowserChoices implements Devices {
  readonly machine: BrowserMachine;
  readonly open: OpenDevices;
  readonly #observers = new Observers<void>();
  #snapshot: DevicesSnapshot;
  #use: UseDevice | undefined;
  #observing = 0;
  #desk: Promise<DeviceDesk> | undefined;

  constructor(machine: BrowserMachine, open: OpenDevices) {
    this.machine = machine;
    this.open = open;
    const chosen = readChosen(machine.storage);
    void machine.audioGraph.speaker.use(chosen.speaker ?? '');
    this.#snapshot = {
      devices: { microphone: [], camera: [], speaker: [] },
      chosen,
      permissions: { microphone: 'unknown', camera: 'unknown' },
      canChooseSpeaker: 'setSinkId' in (globalThis.HTMLMediaElement?.prototype ?? {}),
      canShareScreen: machine.media()?.getDisplayMedia !== undefined,
      volume: 1,
    };
  }

  get snapshot(): DevicesSnapshot {
    return this.#snapshot;
  }

  observe(listener: () => void): Disposable {
    const observation = this.#observers.observe(listener);
    this.#observing += 1;
    void this.#atDesk((desk) => desk.watch(this.#observing > 0));
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        observation[Symbol.dispose]();
        if (!isOver) this.#observing -= 1;
        isOver = true;
        if (this.#observing === 0) void this.#atDesk((desk) => desk.watch(false));
      },
    };
  }

  async choose(kind: DeviceKind, deviceId: string | undefined): Promise<void> {
    if (kind === 'speaker') await this.machine.audioGraph.speaker.use(deviceId ?? '');
    else await this.#use?.(kind, deviceId === undefined ? 'default' : { exact: deviceId });
    const chosen = { ...this.#snapshot.chosen, [kind]: deviceId };
    keepChosen(this.machine.storage, chosen);
    this.change({ chosen });
  }

  setVolume(volume: number): void {
    const within = Math.min(1, Math.max(0, volume));
    this.machine.audioGraph.speaker.setVolume(within);
    this.change({ volume: within });
  }

  check(
    wanted: { readonly microphone: boolean; readonly camera: boolean },
    cancel: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DeviceCheck> {
    return this.#atDesk((desk) => desk.check(wanted, cancel));
  }

  playTestSound(): Promise<void> {
    return this.#atDesk((desk) => desk.playTestSound());
  }

  serve(use: UseDevice): Disposable {
    this.#use = use;
    return {
      [Symbol.dispose]: () => {
        if (this.#use === use) this.#use = undefined;
      },
    };
  }

  /** For the desk. */
  change(facts: Partial<DevicesSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...facts };
    this.#observers.tell();
  }

  async #atDesk<T>(work: (desk: DeviceDesk) => T | Promise<T>): Promise<T> {
    this.#desk ??= import('./device-desk.ts').then(({ DeviceDesk: Desk }) => new Desk(this));
    return work(await this.#desk);
  }
}

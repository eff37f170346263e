import { OracleCallError } from '@oracle-calls/protocol';
import type { DeviceCheck, DeviceKind, Devices, DevicesSnapshot, LocalTrack } from '@oracle-calls/sdk';
import { Observers } from '@oracle-calls/sdk/core';

const PLUGGED_IN: DevicesSnapshot = {
  devices: {
    microphone: [
      { deviceId: 'desk', label: 'Desk microphone' },
      { deviceId: 'headset', label: 'Headset' },
    ],
    camera: [{ deviceId: 'lid', label: 'Camera in the lid' }],
    speaker: [{ deviceId: 'headset', label: 'Headset' }],
  },
  chosen: { microphone: undefined, camera: undefined, speaker: undefined },
  permissions: { microphone: 'granted', camera: 'granted' },
  canChooseSpeaker: true,
  canShareScreen: true,
  volume: 1,
};

/** Devices that are plugged in as the test says. */
export class ScriptedDevices implements Devices {
  readonly #observers = new Observers<void>();
  #snapshot = PLUGGED_IN;
  #permission: Promise<void> = Promise.resolve();
  /** Tracks of looks that are on: 0 when nothing was left open. */
  on = 0;
  testSounds = 0;

  get snapshot(): DevicesSnapshot {
    return this.#snapshot;
  }

  /** Something changed. */
  change(change: Partial<DevicesSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#observers.tell();
  }

  /** Holds `check` as a permission prompt does. */
  ask(): { grant(): void; deny(): void } {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    this.#permission = promise;
    const details = { name: 'NotAllowedError', device: 'microphone', problem: 'denied' };
    return { grant: resolve, deny: () => reject(new OracleCallError('ERR_MEDIA_DEVICE', undefined, { details })) };
  }

  observe(listener: () => void): Disposable {
    return this.#observers.observe(listener);
  }

  async choose(kind: DeviceKind, deviceId: string | undefined): Promise<void> {
    this.change({ chosen: { ...this.#snapshot.chosen, [kind]: deviceId } });
  }

  setVolume(volume: number): void {
    this.change({ volume });
  }

  async check(
    { microphone, camera }: { readonly microphone: boolean; readonly camera: boolean },
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DeviceCheck> {
    signal?.throwIfAborted();
    await this.#permission;
    signal?.throwIfAborted();
    const open = {
      microphone: microphone ? this.#open('microphone') : undefined,
      camera: camera ? this.#open('camera') : undefined,
    };
    return {
      ...open,
      [Symbol.dispose]: () => {
        open.microphone?.stop();
        open.camera?.stop();
      },
    };
  }

  async playTestSound(): Promise<void> {
    this.testSounds += 1;
  }

  #open(source: 'microphone' | 'camera'): LocalTrack {
    const kind = source === 'microphone' ? 'audio' : 'video';
    let isOn = true;
    this.on += 1;
    return {
      source,
      kind,
      level: () => (kind === 'audio' && isOn ? 0.5 : 0),
      stop: () => {
        if (isOn) this.on -= 1;
        isOn = false;
      },
    };
  }
}

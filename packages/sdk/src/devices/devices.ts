import type { LocalTrack } from './devices-port.ts';

export type DeviceKind = 'microphone' | 'camera' | 'speaker';

export interface Device {
  /** The browser's id, stable for this origin until its data are cleared. */
  readonly deviceId: string;
  /** Empty until the person has allowed a device of this kind. */
  readonly label: string;
}

/** What is known of a permission; some browsers do not say before they ask. */
export type DevicePermission = 'granted' | 'denied' | 'prompt' | 'unknown';

/** Why a device cannot be used. `insecure`: the page came over plain http. */
export type DeviceProblem = 'denied' | 'absent' | 'busy' | 'insecure' | 'unknown';

export interface DevicesSnapshot {
  readonly devices: Readonly<Record<DeviceKind, readonly Device[]>>;
  /** What a person chose; `undefined` is the system's own choice. */
  readonly chosen: Readonly<Record<DeviceKind, string | undefined>>;
  readonly permissions: Readonly<Record<'microphone' | 'camera', DevicePermission>>;
  /** Not every browser lets a page choose where it is heard. */
  readonly canChooseSpeaker: boolean;
  readonly canShareScreen: boolean;
  /** Loudness of the oracle at the speaker, 0 to 1. */
  readonly volume: number;
}

/** Devices that are on for a look before a call. Dispose to switch them off. */
export interface DeviceCheck extends Disposable {
  readonly microphone: LocalTrack | undefined;
  readonly camera: LocalTrack | undefined;
}

/** The machine's devices and which of them calls use. A choice is kept in this browser and holds for the call in progress too. */
export interface Devices {
  /** The same object until something changes. */
  readonly snapshot: DevicesSnapshot;
  /** Hears of every change from now on. Dispose to stop. */
  observe(listener: () => void): Disposable;
  /** @throws {OracleCallError} `ERR_MEDIA_DEVICE` when a call is in progress and the device cannot be used: the one before stays */
  choose(kind: DeviceKind, deviceId: string | undefined): Promise<void>;
  setVolume(volume: number): void;
  /**
   * Switches devices on for a look. A call that starts meanwhile takes its own.
   *
   * @throws {OracleCallError} `ERR_MEDIA_DEVICE` with `details.device` and `details.problem`; aborts rethrow `signal.reason`, with everything off
   */
  check(
    wanted: { readonly microphone: boolean; readonly camera: boolean },
    cancel?: { readonly signal?: AbortSignal | undefined },
  ): Promise<DeviceCheck>;
  /** Plays a short sound at the chosen speaker and volume. */
  playTestSound(): Promise<void>;
}

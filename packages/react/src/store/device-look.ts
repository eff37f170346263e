import { toOracleCallError, type OracleCallError } from '@oracle-calls/protocol';
import type { DeviceCheck, Devices } from '@oracle-calls/sdk';
import { Cell } from './cell.ts';

/** How switching devices on for a look goes. `asking`: perhaps the browser asks the person. */
export type DeviceLook =
  | { readonly status: 'off' | 'asking' }
  | { readonly status: 'on'; readonly check: DeviceCheck }
  | { readonly status: 'failed'; readonly error: OracleCallError };

export const DEVICES_OFF: DeviceLook = { status: 'off' };

export interface WantedDevices {
  readonly microphone: boolean;
  readonly camera: boolean;
}

/** Devices that are on for a look before a call. Whatever was switched on goes off with `close`. */
export class DeviceLooks {
  readonly shown = new Cell<DeviceLook>(DEVICES_OFF);
  readonly #devices: Devices;
  #asking = new AbortController();

  constructor(devices: Devices) {
    this.#devices = devices;
  }

  readonly open = async (wanted: WantedDevices): Promise<void> => {
    this.close();
    if (!wanted.microphone && !wanted.camera) return;
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.shown.write({ status: 'asking' });
    try {
      const check = await this.#devices.check(wanted, { signal });
      if (signal.aborted) check[Symbol.dispose]();
      else this.shown.write({ status: 'on', check });
    } catch (error) {
      if (!signal.aborted) this.shown.write({ status: 'failed', error: toOracleCallError(error) });
    }
  };

  readonly close = (): void => {
    this.#asking.abort();
    const look = this.shown.read();
    if (look.status === 'on') look.check[Symbol.dispose]();
    this.shown.write(DEVICES_OFF);
  };
}

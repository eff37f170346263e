import type { KeyPinStore } from '@oracle-calls/sdk/core';

/** Pins of one device. */
export class DevicePins implements KeyPinStore {
  readonly isDurable = true;
  readonly #kept = new Map<string, unknown>();

  get(did: string): Promise<unknown> {
    return Promise.resolve(this.#kept.get(did));
  }

  update(did: string, change: (kept: unknown) => unknown): Promise<void> {
    this.#kept.set(did, change(this.#kept.get(did)));
    return Promise.resolve();
  }
}

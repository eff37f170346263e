import { mediaKeyIndex, type EpochKeys, type KeyPosition } from '../key-schedule/epoch-keys.ts';
import type { MediaDirection } from '../key-schedule/media-direction.ts';
import type { FrameKeys } from './frame-keys.ts';
import type { SealedData } from './sealed-data.ts';

export interface LinkKeysOptions {
  readonly frameKeys: FrameKeys;
  readonly data: SealedData;
  /** The direction in which this end sends. */
  readonly sends: MediaDirection;
  readonly receives: MediaDirection;
}

/** Puts the keys of an epoch where they are used: media frames and data, always both. */
export class LinkKeys {
  readonly #options: LinkKeysOptions;
  readonly #slots = new Set<number>();

  constructor(options: LinkKeysOptions) {
    this.#options = options;
  }

  async installReceiving(peerIdentity: string, keys: EpochKeys): Promise<void> {
    const { frameKeys, data, receives } = this.#options;
    const slot = mediaKeyIndex(keys);
    this.#slots.add(slot);
    await frameKeys.installReceiving(peerIdentity, slot, keys.media[receives]);
    data.installReceiving(keys);
  }

  async switchSending(keys: EpochKeys): Promise<void> {
    const { frameKeys, data, sends } = this.#options;
    const slot = mediaKeyIndex(keys);
    this.#slots.add(slot);
    await frameKeys.switchSending(slot, keys.media[sends]);
    data.switchSending(keys);
  }

  async retire(position: KeyPosition): Promise<void> {
    const slot = mediaKeyIndex(position);
    this.#options.data.retire(position.epoch);
    this.#slots.delete(slot);
    await this.#options.frameKeys.retire(slot);
  }

  /** The attempt is over: nothing is opened or sent until the next one is confirmed. */
  async retireAll(): Promise<void> {
    this.#options.data.suspend();
    const slots = [...this.#slots];
    this.#slots.clear();
    await Promise.all(slots.map((slot) => this.#options.frameKeys.retire(slot)));
  }
}

import { KEY_SLOTS } from './frame-layout.ts';

/** Keys by slot. */
export class KeyRing {
  readonly #keys: (CryptoKey | undefined)[] = Array.from({ length: KEY_SLOTS }, () => undefined);

  set(slot: number, key: CryptoKey): void {
    if (slot in this.#keys) this.#keys[slot] = key;
  }

  get(slot: number): CryptoKey | undefined {
    return this.#keys[slot];
  }

  /** Forgets the key: the platform frees it, and what still names the slot is dropped. */
  retire(slot: number): void {
    if (slot in this.#keys) this.#keys[slot] = undefined;
  }
}

export interface SendingKey {
  readonly slot: number;
  readonly key: CryptoKey;
}

/** The keys of what this side sends, and the one in use. */
export class SendingRing extends KeyRing {
  #slot = 0;

  switchTo(slot: number, key: CryptoKey): void {
    this.set(slot, key);
    this.#slot = slot;
  }

  /** The key to seal with, or `undefined`: then nothing may leave. */
  get current(): SendingKey | undefined {
    const key = this.get(this.#slot);
    return key === undefined ? undefined : { slot: this.#slot, key };
  }
}

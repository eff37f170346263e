type StorageKeys = Readonly<Record<string, unknown>>;

/**
 * Gives the SDK the recovery key while cross-signing is being set up, and at no other time. Make one per client and hand its
 * `cryptoCallbacks` to `createClient`: the SDK takes them only then.
 */
export class RecoveryKeyHolder {
  #keys = new Map<string, Uint8Array<ArrayBuffer>>();
  #isOpen = false;

  readonly cryptoCallbacks = {
    getSecretStorageKey: ({ keys }: { keys: StorageKeys }): Promise<[string, Uint8Array<ArrayBuffer>] | null> =>
      Promise.resolve([...this.#keys].find(([keyId]) => keyId in keys) ?? null),
    cacheSecretStorageKey: (keyId: string, _description: unknown, key: Uint8Array<ArrayBuffer>): void => {
      // The application may make a key of its own at another time; that is not ours to keep.
      if (this.#isOpen) this.#keys.set(keyId, key);
    },
  };

  /** Lets the SDK use the key, and any that it makes, until the work is done; then wipes them. */
  async during<T>(work: (hold: (keyId: string, key: Uint8Array<ArrayBuffer>) => void) => Promise<T>): Promise<T> {
    this.#isOpen = true;
    try {
      return await work((keyId, key) => void this.#keys.set(keyId, key));
    } finally {
      this.#isOpen = false;
      for (const key of this.#keys.values()) key.fill(0);
      this.#keys = new Map();
    }
  }
}

import { OracleCallError, type Did, type Logger } from '@oracle-calls/protocol';
import { inStore, result } from '../browser-database/browser-database.ts';

/** Where an account's pins of oracles' keys are kept, by the oracle's DID. What comes out is untrusted until it was read. */
export interface KeyPinStore {
  /** Whether what is kept outlives the page. False also after a storage has failed. */
  readonly isDurable: boolean;
  get(did: Did): Promise<unknown>;
  /**
   * Reads, decides and keeps in one step, so that two tabs cannot decide about different things. A throw of `change` is rethrown and
   * keeps what was there.
   */
  update(did: Did, change: (kept: unknown) => unknown): Promise<void>;
}

/** Pins that last as long as the page. */
export class MemoryKeyPins implements KeyPinStore {
  readonly isDurable = false;
  readonly #kept = new Map<Did, unknown>();

  async get(did: Did): Promise<unknown> {
    return this.#kept.get(did);
  }

  async update(did: Did, change: (kept: unknown) => unknown): Promise<void> {
    this.#kept.set(did, change(this.#kept.get(did)));
  }
}

/** Pins in IndexedDB, per Matrix account: each person compares codes for themselves. */
export function createIndexedDbKeyPins(factory: IDBFactory, userId: string): KeyPinStore {
  return {
    isDurable: true,
    get: (did) => inStore(factory, 'key-pins', 'readonly', (store) => result<unknown>(store.get([userId, did]))),
    update: (did, change) =>
      inStore(factory, 'key-pins', 'readwrite', async (store) => {
        const kept = await result<unknown>(store.get([userId, did]));
        await result(store.put(change(kept), [userId, did]));
      }),
  };
}

/**
 * Pins in a storage; where it never works, in memory until the page goes, which the call's security details say. A storage that has worked in this page
 * is never given up: it knows oracles, and without it each would be a first contact.
 */
export class FallingBackKeyPins implements KeyPinStore {
  readonly #memory = new MemoryKeyPins();
  readonly #logger: Logger;
  #durable: KeyPinStore | undefined;
  #storage: 'untried' | 'has worked' = 'untried';

  constructor(durable: KeyPinStore | undefined, logger: Logger) {
    this.#durable = durable;
    this.#logger = logger;
  }

  get isDurable(): boolean {
    return this.#durable?.isDurable === true;
  }

  async get(did: Did): Promise<unknown> {
    try {
      if (this.#durable !== undefined) {
        const kept = await this.#durable.get(did);
        this.#storage = 'has worked';
        return kept;
      }
    } catch (cause) {
      this.#giveUp(cause);
    }
    return this.#memory.get(did);
  }

  async update(did: Did, change: (kept: unknown) => unknown): Promise<void> {
    let refusal: { readonly error: unknown } | undefined;
    const watched = (kept: unknown): unknown => {
      try {
        return change(kept);
      } catch (error) {
        refusal = { error };
        throw error;
      }
    };
    try {
      if (this.#durable !== undefined) {
        await this.#durable.update(did, watched);
        this.#storage = 'has worked';
        return;
      }
    } catch (cause) {
      // A refusal is no failure of the storage: forgetting the pin for it would make every key a first contact.
      if (refusal !== undefined) {
        this.#storage = 'has worked';
        throw refusal.error;
      }
      this.#giveUp(cause);
    }
    await this.#memory.update(did, change);
  }

  #giveUp(cause: unknown): void {
    if (this.#storage === 'has worked') throw new OracleCallError('ERR_KEY_STORE_AWAY', undefined, { cause });
    this.#durable = undefined;
    this.#logger.warn("oracles' keys cannot be kept; pins last as long as the page");
  }
}

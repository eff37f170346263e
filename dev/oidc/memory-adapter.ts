import type { Adapter, AdapterPayload } from 'oidc-provider';

/**
 * What one provider remembers: sessions, codes, grants. In memory, because after a restart people may sign in again; the
 * package's own store does the same and prints at every start that it is not for production.
 */
export function createMemoryAdapter(): new (model: string) => Adapter {
  const kept = new Map<string, AdapterPayload>();
  return class MemoryAdapter implements Adapter {
    readonly #model: string;

    constructor(model: string) {
      this.#model = model;
    }

    #key(id: string): string {
      return `${this.#model}:${id}`;
    }

    #find(matches: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> {
      const found = [...kept].find(([key, payload]) => key.startsWith(this.#key('')) && matches(payload));
      return Promise.resolve(found?.[1]);
    }

    upsert(id: string, payload: AdapterPayload): Promise<void> {
      kept.set(this.#key(id), payload);
      return Promise.resolve();
    }

    find(id: string): Promise<AdapterPayload | undefined> {
      return Promise.resolve(kept.get(this.#key(id)));
    }

    findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return this.#find((payload) => payload.uid === uid);
    }

    findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
      return this.#find((payload) => payload.userCode === userCode);
    }

    consume(id: string): Promise<void> {
      const payload = kept.get(this.#key(id));
      if (payload !== undefined) payload.consumed = true;
      return Promise.resolve();
    }

    destroy(id: string): Promise<void> {
      kept.delete(this.#key(id));
      return Promise.resolve();
    }

    revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key);
      return Promise.resolve();
    }
  };
}

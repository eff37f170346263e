import type { Did } from '@oracle-calls/protocol';
import type { KeyPinStore } from './key-pin-store.ts';
import type {
  acceptOracle,
  AcceptedKeys,
  judgeOracle,
  KeptKeys,
  KeyFingerprints,
  KeyVerdict,
  markCompared,
  ShownKeys,
} from './key-rules.ts';

interface Rules {
  readonly judgeOracle: typeof judgeOracle;
  readonly acceptOracle: typeof acceptOracle;
  readonly markCompared: typeof markCompared;
}

/** The rules bring curves and hashes: they are loaded when the first oracle is resolved. */
export const loadKeyRules = (): Promise<Rules> => import('./key-rules.ts');

/** The keys of oracles that this account has seen. */
export class KnownKeys {
  readonly #store: KeyPinStore;
  readonly #load: () => Promise<Rules>;

  constructor(store: KeyPinStore, load: () => Promise<Rules> = loadKeyRules) {
    this.#store = store;
    this.#load = load;
  }

  /** Whether pins outlive the page. Without that, each page life is a first contact. */
  get areKept(): boolean {
    return this.#store.isDurable;
  }

  /** Judges and keeps nothing: a rotation or first contact that no call has shown yet stays one. @throws as `judgeOracle` */
  async look(shown: ShownKeys): Promise<KeyVerdict> {
    const rules = await this.#load();
    return rules.judgeOracle(await this.#store.get(shown.did), shown);
  }

  /** Judges, and keeps what a call is made with. @throws as `judgeOracle` */
  async judge(shown: ShownKeys): Promise<KeyVerdict> {
    const rules = await this.#load();
    return this.#update(shown.did, (kept) => {
      const verdict = rules.judgeOracle(kept, shown);
      return { keep: verdict.kept, gives: verdict };
    });
  }

  /** Keeps what is shown, because a person said so. @throws as `acceptOracle` */
  async accept(shown: ShownKeys, expected?: KeyFingerprints): Promise<AcceptedKeys> {
    const rules = await this.#load();
    return this.#update(shown.did, (kept) => {
      const accepted = rules.acceptOracle(kept, shown, expected);
      return { keep: accepted.kept, gives: accepted };
    });
  }

  /** Notes the outcome of comparing. `of`: what the compared call was made with. @throws as `markCompared` */
  async setVerified(did: Did, isVerified: boolean, of?: KeptKeys): Promise<void> {
    const rules = await this.#load();
    await this.#store.update(did, (kept) => rules.markCompared(kept, isVerified, of?.pin));
  }

  async #update<T>(did: Did, decide: (kept: unknown) => { readonly keep: KeptKeys; readonly gives: T }): Promise<T> {
    const decided = Promise.withResolvers<T>();
    await this.#store.update(did, (kept) => {
      const { keep, gives } = decide(kept);
      decided.resolve(gives);
      return keep;
    });
    return decided.promise;
  }
}

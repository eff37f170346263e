import type { ComparisonCode } from '../comparison-code/comparison-code.ts';
import type { CallHearing } from '../hearing/call-hearing.ts';
import type { Epoch, EpochKeys } from '../key-schedule/index.ts';

export interface CallSessionFacts {
  readonly userIdentity: string;
  readonly agentIdentity: string;
  readonly comparisonCode: ComparisonCode;
  /** Who hears the call, as the agent declared in the offer of this attempt. */
  readonly hearing: CallHearing;
}

/**
 * A confirmed attempt: who is in the call, and its first epoch. The handshake wipes it, with everything that it adopted, when a later
 * attempt takes over or the handshake is closed.
 */
export class CallSession implements Disposable {
  readonly attempt: number;
  readonly userIdentity: string;
  readonly agentIdentity: string;
  readonly comparisonCode: ComparisonCode;
  readonly hearing: CallHearing;
  /** The first epoch; rekeys make the later ones. */
  readonly first: Epoch;
  readonly #adopted = new Set<Disposable>();
  #isOver = false;

  constructor(first: Epoch, { userIdentity, agentIdentity, comparisonCode, hearing }: CallSessionFacts) {
    this.first = first;
    this.attempt = first.attempt;
    this.userIdentity = userIdentity;
    this.agentIdentity = agentIdentity;
    this.comparisonCode = comparisonCode;
    this.hearing = hearing;
  }

  /** Media and data keys of the first epoch. */
  get keys(): EpochKeys {
    return this.first.keys;
  }

  /** True once the keys are wiped. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Makes something end with the session; at once when that is over. */
  adopt<T extends Disposable>(owned: T): T {
    if (this.#isOver) owned[Symbol.dispose]();
    else this.#adopted.add(owned);
    return owned;
  }

  destroy(): void {
    this.#isOver = true;
    this.first.destroy();
    for (const owned of this.#adopted) owned[Symbol.dispose]();
    this.#adopted.clear();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

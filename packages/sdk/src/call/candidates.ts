import type { Clock } from '@oracle-calls/protocol';

/** A participant whom the SFU calls an agent has this long to prove itself by an offer that verifies; then it is a stranger. */
export const OFFER_MAX_MS = 8_000;

/** Participants that may turn out to be the oracle. */
export class Candidates implements Disposable {
  readonly #clock: Clock;
  readonly #overdue: (identity: string) => void;
  readonly #present = new Map<string, { readonly joinedAt: number; timer: Disposable | undefined }>();
  #areExpected = false;

  constructor(clock: Clock, overdue: (identity: string) => void) {
    this.#clock = clock;
    this.#overdue = overdue;
  }

  /** Whether an offer can be made by now. */
  get areExpected(): boolean {
    return this.#areExpected;
  }

  get isAnybodyHere(): boolean {
    return this.#present.size > 0;
  }

  /** Starts everybody's time. */
  expectOffers(): void {
    this.#areExpected = true;
    for (const identity of this.#present.keys()) this.#watch(identity);
  }

  add(identity: string): void {
    if (this.#present.has(identity)) return;
    this.#present.set(identity, { joinedAt: this.#clock.now(), timer: undefined });
    if (this.#areExpected) this.#watch(identity);
  }

  /** It proved itself. Returns when it joined. */
  take(identity: string): number | undefined {
    const joinedAt = this.#present.get(identity)?.joinedAt;
    this.remove(identity);
    return joinedAt;
  }

  remove(identity: string): void {
    this.#present.get(identity)?.timer?.[Symbol.dispose]();
    this.#present.delete(identity);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#present.values()) timer?.[Symbol.dispose]();
    this.#present.clear();
  }

  #watch(identity: string): void {
    const candidate = this.#present.get(identity);
    if (candidate === undefined || candidate.timer !== undefined) return;
    candidate.timer = this.#clock.after(OFFER_MAX_MS, () => this.#overdue(identity));
  }
}

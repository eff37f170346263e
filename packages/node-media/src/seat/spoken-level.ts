/** A stretch of sound that is heard from one moment to another, in ms of the owner's clock. */
interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly level: number;
}

/** More than any queue of a speaker holds: a voice that nobody looks at must not fill the memory. */
const STRETCHES_MAX = 100;

/** How loud a queue is at the moment it is heard, not when it is filled. */
export class SpokenLevel {
  #stretches: Stretch[] = [];

  /** Sound of this loudness (root mean square of full scale) is heard from then on, for so long. */
  note(level: number, from: number, lengthMs: number): void {
    this.#stretches.push({ from, until: from + lengthMs, level });
    if (this.#stretches.length > STRETCHES_MAX) this.#stretches.shift();
  }

  /** What was not heard yet is not going to be. */
  clear(): void {
    this.#stretches = [];
  }

  at(now: number): number {
    this.#stretches = this.#stretches.filter(({ until }) => until > now);
    return this.#stretches.find(({ from }) => from <= now)?.level ?? 0;
  }
}

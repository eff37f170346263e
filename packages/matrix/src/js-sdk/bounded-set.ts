/** A set that forgets its oldest members beyond a size. */
export class BoundedSet<T> {
  readonly #members = new Set<T>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  has(member: T): boolean {
    return this.#members.has(member);
  }

  add(member: T): void {
    this.#members.add(member);
    if (this.#members.size <= this.#max) return;
    for (const oldest of this.#members) {
      this.#members.delete(oldest);
      return;
    }
  }
}

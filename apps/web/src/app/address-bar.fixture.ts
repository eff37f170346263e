import type { AddressBar } from './navigation.ts';

/** An address bar with a history of its own. */
export class FakeAddressBar implements AddressBar {
  readonly entries: string[];
  #at = 0;
  readonly #listeners = new Set<() => void>();

  constructor(hash = '') {
    this.entries = [hash];
  }

  get hash(): string {
    return this.entries[this.#at] ?? '';
  }

  push(hash: string): void {
    this.entries.splice(this.#at + 1, Infinity, hash);
    this.#at += 1;
  }

  replace(hash: string): void {
    this.entries[this.#at] = hash;
  }

  observe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** A person goes back, or forward. */
  step(by: -1 | 1): void {
    this.#at = Math.min(Math.max(this.#at + by, 0), this.entries.length - 1);
    this.tell();
  }

  /** A person edits the address. */
  type(hash: string): void {
    this.push(hash);
    this.tell();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

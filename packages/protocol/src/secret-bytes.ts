import { OracleCallError } from './errors/oracle-call-error.ts';

/**
 * Secret bytes that do not print: logging, JSON and string templates show only a label.
 * `destroy` overwrites this copy; JavaScript may have made others, so wiping is best effort.
 */
export class SecretBytes implements Disposable {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #label: string;
  #isDestroyed = false;

  /** Takes a copy; the caller still owns (and should wipe) the original. */
  constructor(bytes: Uint8Array, label: string) {
    this.#bytes = new Uint8Array(bytes);
    this.#label = label;
  }

  /** Fresh bytes from the platform's CSPRNG. */
  static random(lengthBytes: number, label: string): SecretBytes {
    const bytes = crypto.getRandomValues(new Uint8Array(lengthBytes));
    const secret = new SecretBytes(bytes, label);
    bytes.fill(0);
    return secret;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /**
   * The bytes themselves, not a copy: do not keep them.
   *
   * @throws {OracleCallError} `ERR_INTERNAL` after `destroy`
   */
  expose(): Uint8Array<ArrayBuffer> {
    if (this.#isDestroyed) throw new OracleCallError('ERR_INTERNAL', `${this.#label} was already destroyed.`);
    return this.#bytes;
  }

  destroy(): void {
    this.#bytes.fill(0);
    this.#isDestroyed = true;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  toString(): string {
    return `[SecretBytes ${this.#label}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** Node prints objects through this symbol (`util.inspect.custom`). */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

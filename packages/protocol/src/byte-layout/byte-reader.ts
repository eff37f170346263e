import type { ErrorCode } from '../errors/error-table.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';

/** `ignoreBOM` keeps a leading U+FEFF, so that decoding and encoding again gives the same bytes. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads what {@link ByteWriter} wrote. Whatever does not fit is one error with the code of the layout; nothing is read twice or left
 * over: call {@link ByteReader.end} last.
 */
export class ByteReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #code: ErrorCode;
  #offset = 0;

  /** Takes a copy, so that the bytes cannot change while they are read and checked. */
  constructor(bytes: Uint8Array, code: ErrorCode) {
    this.#bytes = new Uint8Array(bytes);
    this.#code = code;
  }

  u8(): number {
    return this.#view(1).getUint8(0);
  }

  u16(): number {
    return this.#view(2).getUint16(0);
  }

  u32(): number {
    return this.#view(4).getUint32(0);
  }

  /** Eight bytes as a safe integer. */
  u64(): number {
    const value = this.#view(8).getBigUint64(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#malformed('an integer is too large');
    return Number(value);
  }

  /** The next `lengthBytes` bytes. */
  fixed(lengthBytes: number): Uint8Array<ArrayBuffer> {
    const end = this.#offset + lengthBytes;
    if (end > this.#bytes.length) throw this.#malformed('it ends too early');
    const part = this.#bytes.slice(this.#offset, end);
    this.#offset = end;
    return part;
  }

  /** Bytes behind their length as u16. */
  sized(maxBytes: number): Uint8Array<ArrayBuffer> {
    const length = this.u16();
    if (length > maxBytes) throw this.#malformed('a field is too long');
    return this.fixed(length);
  }

  /** UTF-8 behind its length as u16. */
  text(maxBytes: number): string {
    const bytes = this.sized(maxBytes);
    try {
      return decoder.decode(bytes);
    } catch {
      throw this.#malformed('a text is not UTF-8');
    }
  }

  /** {@link ByteReader.text} with something in it. */
  filledText(maxBytes: number): string {
    const text = this.text(maxBytes);
    if (text === '') throw this.#malformed('a text is empty');
    return text;
  }

  /** All that is left, at least `minBytes` bytes. */
  rest(minBytes: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length - this.#offset < minBytes) throw this.#malformed('it ends too early');
    return this.fixed(this.#bytes.length - this.#offset);
  }

  /** Refuses trailing bytes: they would be a second encoding of the same value. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw this.#malformed('there are trailing bytes');
  }

  #view(lengthBytes: number): DataView {
    return new DataView(this.fixed(lengthBytes).buffer);
  }

  #malformed(issue: string): OracleCallError {
    return new OracleCallError(this.#code, undefined, { details: { issues: [issue] } });
  }
}

import type { ErrorCode } from '../errors/error-table.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';

// Keeps a byte order mark as a character, so that no two encodings read as one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads what `ByteWriter` writes. Whatever is wrong with the bytes is the one error code given, and nothing is read twice or
 * left over: call {@link ByteReader.end} last.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #code: ErrorCode;
  #at = 0;

  /** @param code the code of every error of this reader */
  constructor(bytes: Uint8Array, code: ErrorCode) {
    this.#bytes = bytes;
    this.#code = code;
  }

  u8(): number {
    return this.#view(1).getUint8(0);
  }

  u16(): number {
    return this.#view(2).getUint16(0);
  }

  /** Eight bytes as a safe integer. */
  u64(): number {
    const value = this.#view(8).getBigUint64(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#error('An integer is too large.');
    return Number(value);
  }

  /** A copy of the next bytes of a size that the format fixes. */
  fixed(lengthBytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#take(lengthBytes));
  }

  /** A copy of bytes behind their length. */
  bytes(maxBytes: number): Uint8Array<ArrayBuffer> {
    const length = this.u16();
    if (length > maxBytes) throw this.#error('A field is too long.');
    return this.fixed(length);
  }

  /** Text in UTF-8 behind its length in bytes. */
  text(maxBytes: number): string {
    const bytes = this.bytes(maxBytes);
    try {
      return decoder.decode(bytes);
    } catch {
      throw this.#error('A text is not UTF-8.');
    }
  }

  /** Refuses trailing bytes. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#error('There are bytes behind the end.');
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw this.#error('The bytes end too early.');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #view(length: number): DataView {
    const { buffer, byteOffset } = this.#take(length);
    return new DataView(buffer, byteOffset, length);
  }

  #error(message: string): OracleCallError {
    return new OracleCallError(this.#code, message);
  }
}

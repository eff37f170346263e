import { concatBytes } from './byte-strings.ts';

const encoder = new TextEncoder();

/**
 * Writes the one binary encoding of a value: big-endian numbers, fixed parts as they are, other parts behind their length as
 * u16. Same value, same bytes.
 */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];

  /** @throws {RangeError} when the value does not fit */
  u8(value: number): this {
    return this.#number(value, 1);
  }

  /** @throws {RangeError} when the value does not fit */
  u16(value: number): this {
    return this.#number(value, 2);
  }

  /** @throws {RangeError} when the value does not fit */
  u32(value: number): this {
    return this.#number(value, 4);
  }

  /** Eight bytes; the value is a safe integer, such as ms since the Unix epoch. @throws {RangeError} when it is not */
  u64(value: number): this {
    return this.#number(value, 8);
  }

  /** Bytes whose length the layout fixes. @throws {RangeError} when they have another length */
  fixed(bytes: Uint8Array, lengthBytes: number): this {
    if (bytes.length !== lengthBytes) throw new RangeError(`${lengthBytes} bytes expected, not ${bytes.length}.`);
    return this.rest(bytes);
  }

  /** Bytes behind their length as u16. */
  sized(bytes: Uint8Array): this {
    return this.u16(bytes.length).rest(bytes);
  }

  /** UTF-8 behind its length as u16. @throws {RangeError} for lone surrogates, which UTF-8 cannot say */
  text(text: string): this {
    if (!text.isWellFormed()) throw new RangeError('Well-formed text expected.');
    return this.sized(encoder.encode(text));
  }

  /** Bytes that end the layout, or whose length stands elsewhere. They are not copied before `finish`: some are secret. */
  rest(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  /** Everything written so far, as one new array. */
  finish(): Uint8Array<ArrayBuffer> {
    return concatBytes(...this.#parts);
  }

  #number(value: number, lengthBytes: 1 | 2 | 4 | 8): this {
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * lengthBytes)) {
      throw new RangeError(`An unsigned number of ${lengthBytes} bytes expected.`);
    }
    const part = new Uint8Array(8);
    new DataView(part.buffer).setBigUint64(0, BigInt(value));
    return this.rest(part.subarray(8 - lengthBytes));
  }
}

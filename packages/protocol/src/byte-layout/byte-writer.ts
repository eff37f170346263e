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

  /** Bytes that end the layout, or whose length stands elsewhere. */
  rest(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  /** Everything written so far, as one new array. */
  finish(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of this.#parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }

  #number(value: number, lengthBytes: 1 | 2 | 4): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * lengthBytes)) {
      throw new RangeError(`An unsigned number of ${lengthBytes} bytes expected.`);
    }
    const part = new Uint8Array(lengthBytes);
    const view = new DataView(part.buffer);
    if (lengthBytes === 1) view.setUint8(0, value);
    else if (lengthBytes === 2) view.setUint16(0, value);
    else view.setUint32(0, value);
    return this.rest(part);
  }
}

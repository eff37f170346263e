import { OracleCallError } from '../errors/oracle-call-error.ts';

/** Longest field with a length prefix: what two bytes can say. */
export const FIELD_MAX_BYTES = 0xffff;

const encoder = new TextEncoder();

function checkInteger(value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `An integer from 0 to ${max} expected.`);
}

/**
 * Writes the deterministic binary encoding of the protocol: fields in a fixed order, integers big-endian, and a length of
 * two bytes before every field whose size is not fixed. Every method copies, so the writer owns what it holds.
 */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];

  u8(value: number): this {
    checkInteger(value, 0xff);
    this.#parts.push(Uint8Array.of(value));
    return this;
  }

  u16(value: number): this {
    checkInteger(value, 0xffff);
    this.#parts.push(Uint8Array.of(value >>> 8, value & 0xff));
    return this;
  }

  /** Eight bytes; the value is a safe integer, such as milliseconds since the epoch. */
  u64(value: number): this {
    checkInteger(value, Number.MAX_SAFE_INTEGER);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    this.#parts.push(bytes);
    return this;
  }

  /** Bytes of a size that the format fixes: no prefix. */
  fixed(bytes: Uint8Array, lengthBytes: number): this {
    if (bytes.length !== lengthBytes) {
      throw new OracleCallError('ERR_PROTOCOL_MALFORMED', `A field of ${lengthBytes} bytes expected.`);
    }
    this.#parts.push(bytes.slice());
    return this;
  }

  /** Bytes behind their length. */
  bytes(bytes: Uint8Array): this {
    if (bytes.length > FIELD_MAX_BYTES) {
      throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE', undefined, { details: { limit: FIELD_MAX_BYTES } });
    }
    return this.u16(bytes.length).fixed(bytes, bytes.length);
  }

  /** Text in UTF-8 behind its length in bytes. */
  text(text: string): this {
    if (!text.isWellFormed()) throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'The text is not well-formed.');
    return this.bytes(encoder.encode(text));
  }

  /** Everything written so far, in one piece. */
  finish(): Uint8Array<ArrayBuffer> {
    return concatBytes(...this.#parts);
  }
}

/** Puts byte strings together. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two public byte strings are equal. Not for secrets: the time depends on where they differ. */
export function areBytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

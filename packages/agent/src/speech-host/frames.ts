import { deserialize, serialize } from 'node:v8';
import { OracleCallError } from '@oracle-calls/protocol';

/** Bytes before each frame: its length, unsigned, big-endian. */
const HEADER_BYTES = 4;

/** The longest frame: eight minutes of speech at 16 kHz, or nearly three at 48 kHz. Utterances and sentences stay far below. */
export const FRAME_MAX_BYTES = 32 * 1024 * 1024;

/**
 * One message as it goes over the socket: its length, then a structured clone, which keeps typed arrays as they are.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_TOO_LARGE` above {@link FRAME_MAX_BYTES}
 */
export function encodeFrame(message: unknown): Buffer {
  const body = serialize(message);
  if (body.length > FRAME_MAX_BYTES) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

/** Puts frames together again from the pieces in which a socket delivers them. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /**
   * The messages that are complete with this piece.
   *
   * @throws {OracleCallError} `ERR_PROTOCOL_TOO_LARGE` as soon as a longer frame is announced, `ERR_PROTOCOL_MALFORMED`
   */
  push(piece: Buffer): unknown[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const messages: unknown[] = [];
    for (let body = this.#take(); body !== undefined; body = this.#take()) messages.push(decode(body));
    return messages;
  }

  #take(): Buffer | undefined {
    const header = this.#peekHeader();
    if (header === undefined) return undefined;
    if (header > FRAME_MAX_BYTES) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
    if (this.#bytes < HEADER_BYTES + header) return undefined;
    const all = Buffer.concat(this.#pieces);
    const rest = all.subarray(HEADER_BYTES + header);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
    return all.subarray(HEADER_BYTES, HEADER_BYTES + header);
  }

  #peekHeader(): number | undefined {
    if (this.#bytes < HEADER_BYTES) return undefined;
    // Joined only when the first piece ends within the header: a long frame is not copied once per piece.
    if ((this.#pieces[0]?.length ?? 0) < HEADER_BYTES) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]?.readUInt32BE(0);
  }
}

function decode(body: Buffer): unknown {
  try {
    return deserialize(body);
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'A frame holds no message.', { cause });
  }
}

import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { encodeFrameHeader, FRAME_HEADER_BYTES, readFrameHeader } from '../frame/frame-header.ts';
import type { KeyPosition } from '../key-schedule/epoch-keys.ts';
import type { DataKind } from './payload.ts';

/** What a data frame carries → its byte. */
export const DATA_KIND_BYTES = { control: 1, caption: 2, chat: 3, question: 4, answer: 5 } as const satisfies Record<
  DataKind,
  number
>;

/** Frame header, counter as u32, kind of the payload. All of it is associated data. */
export const DATA_HEADER_BYTES = FRAME_HEADER_BYTES + 4 + 1;

/** AES-GCM tag, in bytes (NIST SP 800-38D at full length). */
export const DATA_TAG_BYTES = 16;

/** Bytes that a data frame has besides its payload. */
export const DATA_FRAME_OVERHEAD_BYTES = DATA_HEADER_BYTES + DATA_TAG_BYTES;

/** Frames that one key may seal: the counter is a u32. At ten a second an epoch of 15 minutes uses 9,000. */
export const DATA_COUNTER_LIMIT = 2 ** 32;

/** AES-GCM nonce, in bytes. */
const NONCE_BYTES = 12;

export interface DataHeader extends KeyPosition {
  /** Number of the frame under its key, from 0. */
  readonly counter: number;
  readonly kind: DataKind;
}

const KINDS = new Map(Object.entries(DATA_KIND_BYTES).map(([kind, byte]) => [byte as number, kind as DataKind]));

export function encodeDataHeader({ attempt, epoch, counter, kind }: DataHeader): Uint8Array<ArrayBuffer> {
  return new ByteWriter()
    .rest(encodeFrameHeader({ kind: 'data', attempt, epoch }))
    .u32(counter)
    .u8(DATA_KIND_BYTES[kind])
    .finish();
}

export interface DataFrameParts {
  readonly header: DataHeader;
  /** The header's bytes, as they arrived. */
  readonly clear: Uint8Array<ArrayBuffer>;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

/**
 * Takes a data frame apart. The header is a claim until the frame was opened.
 *
 * @throws {OracleCallError} `ERR_DATA_MALFORMED`, and what {@link readFrameHeader} throws
 */
export function splitDataFrame(frame: Uint8Array): DataFrameParts {
  const { kind: frameKind, attempt, epoch } = readFrameHeader(frame);
  const reader = new ByteReader(frame, 'ERR_DATA_MALFORMED');
  reader.fixed(FRAME_HEADER_BYTES);
  const counter = reader.u32();
  const kind = KINDS.get(reader.u8());
  const sealed = reader.rest(DATA_TAG_BYTES);
  if (frameKind !== 'data' || kind === undefined) throw new OracleCallError('ERR_DATA_MALFORMED');
  return {
    header: { attempt, epoch, counter, kind },
    clear: frame.slice(0, DATA_HEADER_BYTES),
    sealed,
  };
}

/** The nonce of a frame: eight zero bytes and the counter. No key sees a counter twice. */
export function dataNonce(counter: number): Uint8Array<ArrayBuffer> {
  return new ByteWriter()
    .rest(new Uint8Array(NONCE_BYTES - 4))
    .u32(counter)
    .finish();
}

import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';

/** First byte of everything on the topic: the version of the protocol whose bytes follow. */
export const FRAME_VERSION = 3;

/** What a frame is → its second byte. The key exchange and the data share one topic, so one byte tells them apart. */
export const FRAME_KIND_BYTES = {
  offer: 1,
  accept: 2,
  confirm: 3,
  'rekey-offer': 4,
  'rekey-accept': 5,
  'rekey-confirm': 6,
  data: 16,
} as const;
export type FrameKind = keyof typeof FRAME_KIND_BYTES;

/** Version, kind, attempt as u32, epoch as u32. */
export const FRAME_HEADER_BYTES = 10;

/** Largest frame, in bytes: what LiveKit forwards in one reliable data packet (its documentation: 15 KiB). */
export const FRAME_MAX_BYTES = 15 * 1024;

/**
 * The highest number of an attempt. Attempts only rise, so it also bounds how often one call can show a comparison code: each
 * is one guess of 10^-10 for whoever stands between the two ends. A call with a reconnect every minute lasts 17 hours.
 */
export const MAX_ATTEMPT = 1024;

/** The epoch that the handshake makes; each rekey makes the next. */
export const FIRST_EPOCH = 1;

export interface FrameHeader {
  readonly kind: FrameKind;
  /** Number of the handshake attempt, from 1. */
  readonly attempt: number;
  /** Epoch of the attempt, from 1: the one that a message of the key exchange makes, or whose key seals the data. */
  readonly epoch: number;
}

const KINDS = new Map(Object.entries(FRAME_KIND_BYTES).map(([kind, byte]) => [byte as number, kind as FrameKind]));

/** The header's ten bytes; they are associated data of the seal that follows. @throws {RangeError} for numbers out of range */
export function encodeFrameHeader({ kind, attempt, epoch }: FrameHeader): Uint8Array<ArrayBuffer> {
  if (attempt < 1 || attempt > MAX_ATTEMPT) throw new RangeError(`An attempt from 1 to ${MAX_ATTEMPT} expected.`);
  if (epoch < FIRST_EPOCH) throw new RangeError('Epochs count from 1.');
  return new ByteWriter().u8(FRAME_VERSION).u8(FRAME_KIND_BYTES[kind]).u32(attempt).u32(epoch).finish();
}

/**
 * Reads the header of a frame from outside. It is a claim until the frame was opened.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`, `ERR_PROTOCOL_MALFORMED`
 */
export function readFrameHeader(frame: Uint8Array): FrameHeader {
  if (frame.length > FRAME_MAX_BYTES) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
  const reader = new ByteReader(frame.subarray(0, FRAME_HEADER_BYTES), 'ERR_PROTOCOL_MALFORMED');
  if (reader.u8() !== FRAME_VERSION) throw new OracleCallError('ERR_PROTOCOL_UNKNOWN_VERSION');
  const kind = KINDS.get(reader.u8());
  const attempt = reader.u32();
  const epoch = reader.u32();
  if (kind === undefined || attempt < 1 || attempt > MAX_ATTEMPT || epoch < FIRST_EPOCH) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'Not a frame of this protocol.');
  }
  return { kind, attempt, epoch };
}

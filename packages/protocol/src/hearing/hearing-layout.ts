import { ByteReader } from '../byte-layout/byte-reader.ts';
import { ByteWriter } from '../byte-layout/byte-writer.ts';
import type { ErrorCode } from '../errors/error-table.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseWith } from '../parse.ts';
import { callHearingSchema, type CallHearing } from './call-hearing.ts';
import { HOST_MAX_LENGTH, ON_THIS_MACHINE, type EnginePlace } from './engine-place.ts';
import { SENT_KINDS } from './sent-kinds.ts';

/** Where a part works, as one byte. `nobody` is for pictures alone. */
const PLACE_BYTES = { nobody: 0, 'this-machine': 1, 'sent-to': 2 } as const;

/** A place at its longest: byte, length of the host, host, kinds. */
const PLACE_MAX_BYTES = 1 + 2 + HOST_MAX_LENGTH + 1;

/** Longest declaration, in bytes: four places and whether the oracle remembers. */
export const HEARING_MAX_BYTES = 4 * PLACE_MAX_BYTES + 1;

/**
 * The one encoding of a declaration: recognition, language model, speech, pictures, remembers.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` for a declaration that nobody would take
 */
export function encodeHearing(hearing: CallHearing): Uint8Array<ArrayBuffer> {
  const { recognition, languageModel, speech, pictures, remembers } = parseWith(callHearingSchema, hearing);
  const writer = new ByteWriter();
  for (const place of [recognition, languageModel, speech, pictures]) writePlace(writer, place);
  return writer.u8(remembers ? 1 : 0).finish();
}

/** @throws {OracleCallError} with `code` for everything but what {@link encodeHearing} makes */
export function decodeHearing(bytes: Uint8Array, code: ErrorCode): CallHearing {
  const reader = new ByteReader(bytes, code);
  const [recognition, languageModel, speech, pictures] = [1, 2, 3, 4].map(() => readPlace(reader, code));
  const remembers = reader.u8();
  reader.end();
  if (remembers > 1) throw new OracleCallError(code);
  const declared = { recognition, languageModel, speech, remembers: remembers === 1 };
  return parseWith(callHearingSchema, pictures === undefined ? declared : { ...declared, pictures }, code);
}

function writePlace(writer: ByteWriter, place: EnginePlace | undefined): void {
  writer.u8(PLACE_BYTES[place?.where ?? 'nobody']);
  if (place?.where !== 'sent-to') return;
  writer
    .text(place.host)
    .u8(SENT_KINDS.reduce((bits, kind, at) => bits | (place.what.includes(kind) ? 1 << at : 0), 0));
}

function readPlace(reader: ByteReader, code: ErrorCode): EnginePlace | undefined {
  switch (reader.u8()) {
    case PLACE_BYTES.nobody:
      return undefined;
    case PLACE_BYTES['this-machine']:
      return ON_THIS_MACHINE;
    case PLACE_BYTES['sent-to']: {
      const host = reader.text(HOST_MAX_LENGTH);
      const bits = reader.u8();
      if (bits >= 1 << SENT_KINDS.length) throw new OracleCallError(code);
      return { where: 'sent-to', host, what: SENT_KINDS.filter((_kind, at) => (bits & (1 << at)) !== 0) };
    }
    default:
      throw new OracleCallError(code);
  }
}

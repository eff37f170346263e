import * as v from 'valibot';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseWith } from '../parse.ts';
import { MEMORY_BODY_MAX_BYTES } from './memory-record-size.ts';

/** Longest text of one turn, in UTF-16 units. */
export const MEMORY_TEXT_MAX_LENGTH = 4_000;

/** All notes together, in bytes of JSON: they are never dropped for turns, so turns keep the larger half. */
export const MEMORY_NOTES_MAX_BYTES = 12_288;

/** Longest name of a note, in UTF-16 units. */
export const MEMORY_KEY_MAX_LENGTH = 64;

/** What notes hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

const jsonValueSchema: v.GenericSchema<unknown, JsonValue> = v.lazy(() =>
  v.union([
    v.null(),
    v.boolean(),
    v.pipe(v.number(), v.finite()),
    v.string(),
    v.array(jsonValueSchema),
    v.record(v.string(), jsonValueSchema),
  ]),
);

/** One thing that was said in a call of the session. */
export const rememberedTurnSchema = v.strictObject({
  speaker: v.picklist(['user', 'oracle']),
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(MEMORY_TEXT_MAX_LENGTH)),
  /** When it was said, ms since the epoch by the oracle's clock. */
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type RememberedTurn = v.InferOutput<typeof rememberedTurnSchema>;

const notesSchema = v.record(v.pipe(v.string(), v.minLength(1), v.maxLength(MEMORY_KEY_MAX_LENGTH)), jsonValueSchema);
export type MemoryNotes = Readonly<Record<string, JsonValue>>;

/** What an oracle remembers of a session. */
export const memoryBodySchema = v.strictObject({
  /** Oldest first. */
  turns: v.pipe(v.array(rememberedTurnSchema), v.readonly()),
  notes: notesSchema,
});
export type MemoryBody = v.InferOutput<typeof memoryBodySchema>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a value as JSON. */
export const jsonBytesOf = (value: unknown): number => encoder.encode(JSON.stringify(value)).length;

/**
 * The body as JSON in UTF-8, without its oldest turns where not all fit.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_TOO_LARGE` when notes are larger than {@link MEMORY_NOTES_MAX_BYTES}; `ERR_PROTOCOL_MALFORMED`
 */
export function encodeMemoryBody(body: MemoryBody): Uint8Array<ArrayBuffer> {
  const { turns, notes } = parseWith(memoryBodySchema, body);
  if (jsonBytesOf(notes) > MEMORY_NOTES_MAX_BYTES) throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE');
  let bytes = jsonBytesOf({ turns: [], notes });
  let first = turns.length;
  for (; first > 0; first -= 1) {
    bytes += jsonBytesOf(turns[first - 1]) + 1;
    if (bytes > MEMORY_BODY_MAX_BYTES) break;
  }
  return new Uint8Array(encoder.encode(JSON.stringify({ turns: turns.slice(first), notes })));
}

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` */
export function decodeMemoryBody(bytes: Uint8Array): MemoryBody {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', undefined, { cause });
  }
  return parseWith(memoryBodySchema, value);
}

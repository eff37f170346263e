import * as v from 'valibot';
import { callIdSchema, type CallId } from '../call-id.ts';
import { parseWith } from '../parse.ts';
import { checkSizeAndVersion } from './event-content.ts';

/** One part of what was said in a call, as the caller's account keeps it in the Matrix room. */
export const TRANSCRIPT_EVENT_TYPE = 'm.ixo.oracles_call.transcript';

/** Counts apart from the call event's. */
export const TRANSCRIPT_EVENT_VERSION = 1;

/** Parts of one transcript. At one part every two minutes that is more than the longest call; a longer list is somebody's flood. */
export const TRANSCRIPT_PARTS_MAX = 1_000;

/** Longest text of one line, in UTF-16 units: a chat message is the longest thing that can be said. */
export const TRANSCRIPT_TEXT_MAX_LENGTH = 4_000;

/**
 * Largest body of a part before sealing, in bytes of JSON. The longest line always fits ({@link TRANSCRIPT_TEXT_MAX_LENGTH} characters of at most six
 * bytes, `\u0001`). Sealed, in base64url and then encrypted by Megolm it is below 50 kB; Matrix stops events at 65,536 bytes.
 */
export const TRANSCRIPT_BODY_MAX_BYTES = 24_576;

/** Largest sealed body as text: 48 bytes of salt and tag more, times four thirds. */
const SEALED_MAX_LENGTH = Math.ceil(((TRANSCRIPT_BODY_MAX_BYTES + 48) * 4) / 3);

/** Largest content that is looked at, as JSON text in UTF-16 units. */
export const TRANSCRIPT_EVENT_MAX_LENGTH = SEALED_MAX_LENGTH + 1_024;

/*
 * Predicates of our own instead of valibot's actions: a bundler puts all that any part of an application uses of valibot into its first chunk, and only
 * these would need them.
 */
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= TRANSCRIPT_TEXT_MAX_LENGTH;

/** Lines of one part: the shortest take about sixty bytes. */
const LINES_MAX = 500;

/**
 * `m.ixo.oracles_call.transcript`: it relates to the call event (`m.reference`). `m.relates_to` stands outside the ciphertext, so `callId`
 * binds it to its call inside. The oracle's account is in the room and can read this content, but not what is sealed in it.
 */
export const transcriptEventSchema = v.object({
  v: v.literal(TRANSCRIPT_EVENT_VERSION),
  callId: callIdSchema,
  /** Counts from zero within the call. */
  part: v.custom<number>((value) => isCount(value) && value < TRANSCRIPT_PARTS_MAX, 'a part from 0'),
  /** The body, sealed to the account: base64url without padding. */
  sealed: v.pipe(v.string(), v.maxLength(SEALED_MAX_LENGTH), v.regex(/^[A-Za-z0-9_-]{64,}$/, 'bytes in base64url')),
});
export type TranscriptEventContent = v.InferOutput<typeof transcriptEventSchema>;

/** One thing that was said or written. */
export const transcriptLineSchema = v.object({
  speaker: v.picklist(['user', 'oracle']),
  how: v.picklist(['spoken', 'written']),
  text: v.custom<string>(isText, 'a text that is neither empty nor too long'),
  /** Epoch milliseconds by the caller's clock. */
  at: v.custom<number>(isCount, 'an instant in ms'),
});
export type TranscriptEventLine = v.InferOutput<typeof transcriptLineSchema>;

/** What is sealed in a part. */
export const transcriptBodySchema = v.object({
  /** Oldest first. */
  lines: v.pipe(v.array(transcriptLineSchema), v.maxLength(LINES_MAX)),
  /** The call is over and no part follows. */
  isLast: v.custom<boolean>((value) => typeof value === 'boolean', 'true or false'),
});
export type TranscriptBody = v.InferOutput<typeof transcriptBodySchema>;

/** @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION` */
export function parseTranscriptEvent(content: unknown): TranscriptEventContent {
  checkSizeAndVersion(content, { maxLength: TRANSCRIPT_EVENT_MAX_LENGTH, version: TRANSCRIPT_EVENT_VERSION });
  return parseWith(transcriptEventSchema, content);
}

/** The content to send, related to the call event. */
export function relatedTranscriptEvent(content: TranscriptEventContent, callEventId: string): object {
  return { ...content, 'm.relates_to': { rel_type: 'm.reference', event_id: callEventId } };
}

/**
 * Takes as many lines from the front as one part holds, in their order; at least one when there are any.
 *
 * @returns how many of `lines` the part takes
 */
export function linesOfOnePart(lines: readonly TranscriptEventLine[]): number {
  const encoder = new TextEncoder();
  // The body around the lines, `isLast` at its longer.
  let bytes = encoder.encode(JSON.stringify({ lines: [], isLast: false })).length;
  let count = 0;
  for (const line of lines.slice(0, LINES_MAX)) {
    bytes += encoder.encode(JSON.stringify(line)).length + 1;
    if (bytes > TRANSCRIPT_BODY_MAX_BYTES) break;
    count += 1;
  }
  return count;
}

/** What a part is sealed for. */
export interface TranscriptPlace {
  readonly callId: CallId;
  readonly part: number;
  /** The account that keeps it: its Matrix user id. */
  readonly account: string;
}

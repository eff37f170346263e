import * as v from 'valibot';
import { CALL_TYPES } from '../call-status.ts';
import { didSchema } from '../did/did.ts';
import { parseWith } from '../parse.ts';
import { CALL_EVENT_TYPE, checkSizeAndVersion, instantSchema, sessionIdSchema } from './event-content.ts';

/**
 * A type of its own, below the call event's: whoever knows only that one takes a ring, which has neither key nor call id, for
 * nothing of theirs.
 */
export const RING_EVENT_TYPE = `${CALL_EVENT_TYPE}.ring` as const;

/** The version of the fields of rings and their answers. Always there: no ring was sent before it. */
export const RING_EVENT_VERSION = 1;

/** Largest content of a ring or an answer, as JSON text in UTF-16 units: all fields at their bounds stay below it. */
export const RING_EVENT_MAX_LENGTH = 4_096;

/** Shorter, nobody gets to the phone; longer, it is a nuisance. In milliseconds. */
export const RING_LIFETIME_MIN_MS = 5_000;
export const RING_LIFETIME_MAX_MS = 120_000;
/** As long as a telephone rings. */
export const RING_LIFETIME_DEFAULT_MS = 45_000;

/** How far the oracle's clock and a person's may be apart for a ring, in milliseconds: machines that ask a time server are within one second. */
export const RING_CLOCK_SKEW_MS = 15_000;

/** Longest reason, in UTF-16 units: a line or two on a phone's screen. */
export const RING_REASON_MAX_LENGTH = 200;

/** Shown as the oracle's words: no control characters, and none that turn the direction of the text around them. */
export const ringReasonSchema = v.pipe(
  v.string(),
  v.regex(/^[ -~\u00A0-\u2027\u202F-\u2065\u206A-\uFFFF]{1,200}$/, 'up to 200 characters in one line'),
  v.check((text) => text.isWellFormed(), 'whole characters'),
);

/** Whom a ring is for or whose it is: compared, never looked up, so the grammar only bounds it. */
export const ringUserIdSchema = v.pipe(v.string(), v.regex(/^@[^:\s]{0,200}:[^\s]{1,200}$/, 'a Matrix user id'));

const isLifetime = (ms: number): boolean =>
  Number.isInteger(ms) && ms >= RING_LIFETIME_MIN_MS && ms <= RING_LIFETIME_MAX_MS;

/** What the oracle's account sends into its room with a person. Unknown fields are refused. */
export const ringEventSchema = v.strictObject({
  v: v.literal(RING_EVENT_VERSION),
  oracleDid: didSchema,
  /** Whom it rings. Beside the room it is sent into, so that it rings nobody else. */
  userId: ringUserIdSchema,
  callType: v.picklist(CALL_TYPES),
  sessionId: v.optional(sessionIdSchema),
  reason: v.optional(ringReasonSchema),
  ringStartedAt: instantSchema,
  /** From `ringStartedAt`. */
  lifetimeMs: v.pipe(v.number(), v.check(isLifetime, 'a lifetime within the bounds')),
});
export type RingEventContent = v.InferOutput<typeof ringEventSchema>;

/**
 * Parses the content of an oracle's ring.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` with all issues, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`
 */
export function parseRingEvent(content: unknown): RingEventContent {
  checkSizeAndVersion(content, { maxLength: RING_EVENT_MAX_LENGTH, version: RING_EVENT_VERSION });
  return parseWith(ringEventSchema, content);
}

/** When a device whose clock is within the bound has stopped ringing, by the clock of whoever wrote the ring; epoch milliseconds. */
export function ringOverAt({
  ringStartedAt,
  lifetimeMs,
}: Pick<RingEventContent, 'ringStartedAt' | 'lifetimeMs'>): number {
  return Date.parse(ringStartedAt) + lifetimeMs + RING_CLOCK_SKEW_MS;
}

import * as v from 'valibot';
import { callIdSchema, matrixEventIdSchema } from '../call-id.ts';
import { parseWith } from '../parse.ts';
import { checkSizeAndVersion, instantSchema } from './event-content.ts';
import { RING_EVENT_MAX_LENGTH, RING_EVENT_TYPE, RING_EVENT_VERSION } from './ring-event.ts';

/** What came of a ring, by either side: an event that refers to it (`m.reference`). */
export const RING_ANSWER_EVENT_TYPE = `${RING_EVENT_TYPE}.answer` as const;

/** Only the person declines; only the oracle's side says the other three. */
export const RING_ANSWERS_OF = {
  person: ['declined'],
  oracle: ['accepted', 'lapsed', 'cancelled'],
} as const;

export const RING_ANSWER_STATUSES = [...RING_ANSWERS_OF.person, ...RING_ANSWERS_OF.oracle] as const;
export type RingAnswerStatus = (typeof RING_ANSWER_STATUSES)[number];

const shared = {
  v: v.literal(RING_EVENT_VERSION),
  /** `m.relates_to` stands outside the ciphertext: this binds the answer to its ring inside as well. */
  ringEventId: matrixEventIdSchema,
  answeredAt: instantSchema,
  /** Left inside by some clients, and believed by nobody. */
  'm.relates_to': v.optional(v.unknown()),
};

/** Unknown fields are refused. */
export const ringAnswerSchema = v.variant('ringStatus', [
  v.strictObject({ ...shared, ringStatus: v.literal('accepted'), callId: callIdSchema }),
  v.strictObject({ ...shared, ringStatus: v.picklist(['declined', 'lapsed', 'cancelled']) }),
]);

export interface RingAnswerContent {
  readonly ringEventId: v.InferOutput<typeof matrixEventIdSchema>;
  readonly ringStatus: RingAnswerStatus;
  readonly answeredAt: string;
  /** The call that accepted it. */
  readonly callId?: v.InferOutput<typeof callIdSchema> | undefined;
}

/** The content of an answer, to be sent into the ring's room. */
export function createRingAnswer({ ringEventId, ringStatus, answeredAt, callId }: RingAnswerContent): object {
  return {
    v: RING_EVENT_VERSION,
    ringEventId,
    ringStatus,
    answeredAt,
    ...(callId === undefined ? {} : { callId }),
    'm.relates_to': { rel_type: 'm.reference', event_id: ringEventId },
  };
}

/**
 * Parses the content of an answer to a ring.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` with all issues, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`
 */
export function parseRingAnswer(content: unknown): RingAnswerContent {
  checkSizeAndVersion(content, { maxLength: RING_EVENT_MAX_LENGTH, version: RING_EVENT_VERSION });
  const parsed = parseWith(ringAnswerSchema, content);
  const { ringEventId, ringStatus, answeredAt } = parsed;
  return {
    ringEventId,
    ringStatus,
    answeredAt,
    ...(parsed.ringStatus === 'accepted' ? { callId: parsed.callId } : {}),
  };
}

/**
 * The answer to exactly this ring that an event is, or `undefined`: relation and ciphertext must name it, in its room. Who sent it is for
 * the caller to compare.
 */
export function tryReadRingAnswer(
  event: {
    readonly matrixRoomId: string;
    readonly content: unknown;
    readonly relation: { readonly relType: string; readonly eventId: string } | undefined;
  },
  ring: { readonly eventId: string; readonly matrixRoomId: string },
): RingAnswerContent | undefined {
  if (event.matrixRoomId !== ring.matrixRoomId) return undefined;
  if (event.relation?.relType !== 'm.reference' || event.relation.eventId !== ring.eventId) return undefined;
  let answer: RingAnswerContent;
  try {
    answer = parseRingAnswer(event.content);
  } catch {
    return undefined;
  }
  return answer.ringEventId === ring.eventId ? answer : undefined;
}

import * as v from 'valibot';
import { callIdSchema, sfuRoomNameSchema } from '../call-id.ts';
import { CALL_STATUSES, CALL_TYPES, END_REASONS } from '../call-status.ts';
import { didSchema } from '../did/did.ts';
import { parseWith } from '../parse.ts';
import { CALL_EVENT_VERSION, checkSizeAndVersion, instantSchema, sessionIdSchema } from './event-content.ts';

/** Largest envelope in hex characters: generous for every suite, far below the event's limit. */
const ENCRYPTION_KEY_MAX_LENGTH = 16_384;

const hexSchema = v.pipe(
  v.string(),
  v.minLength(2),
  v.maxLength(ENCRYPTION_KEY_MAX_LENGTH),
  v.regex(/^([0-9a-f]{2})+$/i, 'bytes in hex'),
);

/** BCP 47 language tag, shape only. */
const languageSchema = v.pipe(v.string(), v.regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/, 'a language tag'));

const agentVoiceSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'a voice name'));

/** `m.ixo.oracles_call` as the caller sends and edits it. Unknown fields are dropped. */
export const callEventSchema = v.object({
  v: v.optional(v.literal(CALL_EVENT_VERSION)),
  /** Unknown when the event is first sent; the sender's first edit adds it. */
  callId: v.optional(callIdSchema),
  callType: v.picklist(CALL_TYPES),
  callStatus: v.picklist(CALL_STATUSES),
  callStartedAt: instantSchema,
  callEndedAt: v.optional(instantSchema),
  endReason: v.optional(v.picklist(END_REASONS)),
  /** The sealed per-call key in hex: an envelope, never a key. */
  encryptionKey: hexSchema,
  sessionId: sessionIdSchema,
  /** The SFU room's name (wire name of the architecture). */
  roomId: sfuRoomNameSchema,
  userDid: didSchema,
  oracleDid: didSchema,
  agentVoice: v.optional(agentVoiceSchema),
  language: v.optional(languageSchema),
});
export type CallEventContent = v.InferOutput<typeof callEventSchema>;

/**
 * The architecture writes three fields twice: so in its sequence diagram, and as here in its table of fields. Both are read; the second is
 * written.
 */
const OTHER_SPELLINGS = { type: 'callType', status: 'callStatus', encryptedKey: 'encryptionKey' } as const;

/** The content with each field under its one name. Beside that, the other spelling is an unknown field like any other. */
function respell(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  const spelled: Record<string, unknown> = { ...content };
  for (const [other, name] of Object.entries(OTHER_SPELLINGS)) {
    if (Object.hasOwn(spelled, other) && !Object.hasOwn(spelled, name)) spelled[name] = spelled[other];
  }
  return spelled;
}

/**
 * Parses the content of a caller's event, in its first form (no `callId`) and its edited one.
 *
 * @throws {OracleCallError} `ERR_PROTOCOL_MALFORMED` with all issues, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`
 */
export function parseCallEvent(content: unknown): CallEventContent {
  checkSizeAndVersion(content);
  return parseWith(callEventSchema, respell(content));
}

/** The fields that no edit may change. `callId` may be added once, to the value that the event's own id gives. */
export const IMMUTABLE_CALL_FIELDS = [
  'callType',
  'callStartedAt',
  'encryptionKey',
  'sessionId',
  'roomId',
  'userDid',
  'oracleDid',
] as const satisfies readonly (keyof CallEventContent)[];

/** The first field that an edit changes although it may not, or `undefined` when the edit is lawful. */
export function findForbiddenEdit(
  original: CallEventContent,
  edited: CallEventContent,
): (typeof IMMUTABLE_CALL_FIELDS)[number] | undefined {
  return IMMUTABLE_CALL_FIELDS.find((field) => original[field] !== edited[field]);
}

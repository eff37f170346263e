import * as v from 'valibot';
import { callIdSchema, sfuRoomNameSchema } from '../call-id.ts';
import { CALL_STATUSES, CALL_TYPES, END_REASONS } from '../call-status.ts';
import { didSchema } from '../did/did.ts';
import { OracleCallError } from '../errors/oracle-call-error.ts';
import { parseWith } from '../parse.ts';

/** The architecture's event type. A wire contract with existing deployments, although `m.` belongs to the Matrix spec. */
export const CALL_EVENT_TYPE = 'm.ixo.oracles_call';

/** The only version this code speaks. The architecture's content names none, so none means this one. */
export const CALL_EVENT_VERSION = 1;

/** Largest content that is looked at, as JSON text in UTF-16 units; Matrix itself stops events at 65,536 bytes. */
export const CALL_EVENT_MAX_LENGTH = 32_768;

/** Largest envelope in hex characters: generous for every suite, far below the event's limit. */
const ENCRYPTION_KEY_MAX_LENGTH = 16_384;

/** An instant as RFC 3339 text in UTC, as `Date.prototype.toISOString` writes it; seconds' fraction may be missing. */
export const instantSchema = v.pipe(
  v.string(),
  v.maxLength(30),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/, 'an RFC 3339 instant in UTC'),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'a real instant'),
);

const hexSchema = v.pipe(
  v.string(),
  v.minLength(2),
  v.maxLength(ENCRYPTION_KEY_MAX_LENGTH),
  v.regex(/^([0-9a-f]{2})+$/i, 'bytes in hex'),
);

/** Id of a chat session of the oracle; the architecture shows a UUID. */
export const sessionIdSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._~:-]{1,128}$/, 'a session id'));

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
 * What the oracle's side says of a call. Matrix lets only the sender edit an event (spec, "Event replacements: validity"),
 * so this is an event of the same type with an `m.reference` relation to the call event. `m.relates_to` stands outside
 * the ciphertext: `callId` binds the answer to its call inside as well.
 */
export const callAnswerSchema = v.object({
  v: v.optional(v.literal(CALL_EVENT_VERSION)),
  callId: callIdSchema,
  callStatus: v.picklist(['active', 'ended']),
  callStartedAt: v.optional(instantSchema),
  callEndedAt: v.optional(instantSchema),
  endReason: v.optional(v.picklist(END_REASONS)),
});
export type CallAnswerContent = v.InferOutput<typeof callAnswerSchema>;

function checkSizeAndVersion(content: unknown): void {
  let text: string | undefined;
  try {
    text = JSON.stringify(content);
  } catch (cause) {
    throw new OracleCallError('ERR_PROTOCOL_MALFORMED', 'The content is not JSON.', { cause });
  }
  if (text !== undefined && text.length > CALL_EVENT_MAX_LENGTH) {
    throw new OracleCallError('ERR_PROTOCOL_TOO_LARGE', undefined, { details: { limit: CALL_EVENT_MAX_LENGTH } });
  }
  if (typeof content === 'object' && content !== null && 'v' in content && content.v !== CALL_EVENT_VERSION) {
    throw new OracleCallError('ERR_PROTOCOL_UNKNOWN_VERSION');
  }
}

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

/** Parses the content of the oracle's related event; throws as {@link parseCallEvent}. */
export function parseCallAnswer(content: unknown): CallAnswerContent {
  checkSizeAndVersion(content);
  return parseWith(callAnswerSchema, content);
}

/** Whether content looks like an oracle's answer rather than a call: only a call carries a sealed key. */
export function isCallAnswer(content: unknown): boolean {
  return typeof content === 'object' && content !== null && !('encryptionKey' in content || 'encryptedKey' in content);
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

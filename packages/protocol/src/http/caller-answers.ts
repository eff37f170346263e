import * as v from 'valibot';
import { callIdSchema } from '../call-id.ts';
import { CALL_STATUSES, CALL_TYPES, END_REASONS } from '../call-status.ts';
import { didSchema } from '../did/did.ts';
import { instantSchema, sessionIdSchema } from '../events/event-content.ts';

/*
 * What the backend answers to a caller: apart from the other schemas, so that a page carries nothing else.
 */

/** Bearer secrets in JSON: bounded text without spaces. */
export const opaqueSchema = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,4096}$/, 'an opaque token'));
const matrixUserIdSchema = v.pipe(v.string(), v.regex(/^@[^:\s]{0,200}:[^\s]{1,200}$/, 'a Matrix user id'));

/** Answer to `POST /auth/session`. */
export const sessionResponseSchema = v.object({
  sessionToken: opaqueSchema,
  userId: matrixUserIdSchema,
  expiresAt: instantSchema,
});
export type SessionResponse = v.InferOutput<typeof sessionResponseSchema>;

/** Answer to `POST /join-token`. */
export const joinTokenResponseSchema = v.object({
  /** WebSocket address of the SFU. */
  url: v.pipe(v.string(), v.url()),
  joinToken: opaqueSchema,
  /** The caller's random SFU identity in this room. */
  identity: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  expiresAt: instantSchema,
});
export type JoinTokenResponse = v.InferOutput<typeof joinTokenResponseSchema>;

/** One call as its own user sees it. */
export const callRecordSchema = v.object({
  callId: callIdSchema,
  callType: v.picklist(CALL_TYPES),
  callStatus: v.picklist(CALL_STATUSES),
  callStartedAt: instantSchema,
  callEndedAt: v.optional(instantSchema),
  endReason: v.optional(v.picklist(END_REASONS)),
  sessionId: sessionIdSchema,
  userDid: didSchema,
  oracleDid: didSchema,
});
export type CallRecord = v.InferOutput<typeof callRecordSchema>;

import * as v from 'valibot';
import { callIdSchema } from '../call-id.ts';
import { END_REASONS } from '../call-status.ts';
import { parseWith } from '../parse.ts';
import { CALL_EVENT_VERSION, checkSizeAndVersion, instantSchema } from './event-content.ts';

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

/** Parses the content of the oracle's related event; throws as `parseCallEvent`. */
export function parseCallAnswer(content: unknown): CallAnswerContent {
  checkSizeAndVersion(content);
  return parseWith(callAnswerSchema, content);
}

/** Whether content looks like an oracle's answer rather than a call: only a call carries a sealed key. */
export function isCallAnswer(content: unknown): boolean {
  return typeof content === 'object' && content !== null && !('encryptionKey' in content || 'encryptedKey' in content);
}

import { chatSchema, questionChoiceSchema } from '@oracle-calls/protocol/data-frame';
import * as v from 'valibot';
import { STILL_MAX_BYTES } from '../sight/still.ts';

/*
 * What a job and the speech host say to each other about the user of one request. Closed, as all of it is; the cases stand in `asked-user.ts` for the
 * job and in `remote-user.ts` for the host.
 */

const idSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const choicesSchema = v.pipe(v.array(questionChoiceSchema), v.readonly());

export const stillSchema = v.strictObject({
  jpeg: v.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength <= STILL_MAX_BYTES),
  width: v.number(),
  height: v.number(),
  source: v.picklist(['camera', 'screen']),
});

const askedSchema = v.variant('asks', [
  v.strictObject({
    asks: v.literal('approval'),
    tool: v.string(),
    description: v.string(),
    argumentsText: v.string(),
    spoken: v.optional(v.string()),
  }),
  v.strictObject({
    asks: v.literal('choice'),
    text: v.string(),
    choices: choicesSchema,
    waitsMs: v.optional(v.number()),
  }),
  /** A picture of what the user shows. */
  v.strictObject({ asks: v.literal('look') }),
  /** Quick replies that nobody waits for: answered by nothing. */
  v.strictObject({ asks: v.literal('offer'), text: v.string(), choices: choicesSchema }),
]);
export type AskedOfUser = v.InferOutput<typeof askedSchema>;

/** From the host to the job. */
export const hostUserMessageSchemas = [
  v.strictObject({ kind: v.literal('user-asked'), requestId: idSchema, askId: idSchema, asked: askedSchema }),
  /** This question waits for no answer any more. */
  v.strictObject({ kind: v.literal('user-not-asked'), requestId: idSchema, askId: idSchema }),
  v.strictObject({ kind: v.literal('user-written-to'), requestId: idSchema, text: chatSchema.entries.text }),
] as const;
export type HostUserMessage = v.InferOutput<(typeof hostUserMessageSchemas)[number]>;

const answeredSchema = v.variant('outcome', [
  v.strictObject({ outcome: v.literal('approval'), isApproved: v.boolean() }),
  v.strictObject({ outcome: v.literal('look'), still: v.optional(stillSchema) }),
  v.strictObject({ outcome: v.literal('choice'), key: questionChoiceSchema.entries.key }),
  /** Not in time. */
  v.strictObject({ outcome: v.literal('unanswered') }),
  /** The user cannot be asked now. */
  v.strictObject({ outcome: v.literal('failed') }),
]);
export type UserAnswered = v.InferOutput<typeof answeredSchema>;

/** From the job to the host: what came of a `user-asked`. */
export const jobUserMessageSchema = v.strictObject({
  kind: v.literal('user-answered'),
  requestId: idSchema,
  askId: idSchema,
  answered: answeredSchema,
});

import * as v from 'valibot';
import { callRecordSchema } from './caller-answers.ts';

/** Answer to `GET /calls`. */
export const callsResponseSchema = v.object({
  calls: v.array(callRecordSchema),
  nextCursor: v.optional(v.string()),
});
export type CallsResponse = v.InferOutput<typeof callsResponseSchema>;

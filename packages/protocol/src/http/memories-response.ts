import * as v from 'valibot';
import { instantSchema, sessionIdSchema } from '../events/event-content.ts';

/* Apart from the other schemas, so that a page loads it only with what asks for it. */

/** Answer to `GET /memories`: of which sessions the oracle remembers something. */
export const memoriesResponseSchema = v.object({
  memories: v.array(v.object({ sessionId: sessionIdSchema, keptAt: instantSchema })),
});
export type MemoriesResponse = v.InferOutput<typeof memoriesResponseSchema>;

/** Answer to `DELETE /memories`. */
export const erasedResponseSchema = v.object({
  /** Of how many sessions something was kept. */
  erased: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type ErasedResponse = v.InferOutput<typeof erasedResponseSchema>;

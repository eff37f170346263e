import { sfuRoomNameSchema } from '@oracle-calls/protocol';
import * as v from 'valibot';

/** What a job's process tells its worker when it is given a call: whom to take out of the room should it die. */
export const heldSeatSchema = v.object({
  case: v.literal('oracle-calls-seat'),
  sfuRoomName: sfuRoomNameSchema,
  identity: v.pipe(v.string(), v.nonEmpty()),
});
export type HeldSeat = v.InferOutput<typeof heldSeatSchema>;

/**
 * Tells the worker, over the framework's own channel between the two, where unknown messages mean nothing. A process without a
 * worker, as in tests, tells nobody; a worker that is gone needs no telling.
 */
export function tellWorker(seat: Omit<HeldSeat, 'case'>): void {
  const message: HeldSeat = { case: 'oracle-calls-seat', ...seat };
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

import { JobType, Room, SimulateJobRequest, WorkerMessage } from '@livekit/protocol';
import type { Clock } from '@oracle-calls/protocol';
import type { ClaimRequest } from '@oracle-calls/protocol/http';

/** The SFU answers within a round trip, in ms. Past this the backend has it dispatch the call to whomever it finds. */
const ASSIGNMENT_MAX_MS = 2_000;

/** Where messages to the SFU go: `AgentServer.event`. */
export interface WorkerMessages {
  emit(name: 'worker_msg', message: WorkerMessage): unknown;
}

interface HandedCall {
  readonly ticket: string;
  readonly asked: () => void;
}

/**
 * Calls that the backend handed to this worker. The worker asks the SFU for a job in the call's room, by the request that is there for
 * trying agents out in a given room: it makes the same job as a dispatch, with the same join token, without the
 * dispatcher's wait. The ticket stays in this process and its jobs'; the SFU never sees it.
 */
export class HandedCalls {
  readonly #messages: WorkerMessages;
  readonly #clock: Clock;
  readonly #calls = new Map<string, HandedCall>();

  constructor(messages: WorkerMessages, clock: Clock) {
    this.#messages = messages;
    this.#clock = clock;
  }

  /** Resolves when the SFU has asked us to take the job, with `false` when it did not. */
  async request({ roomId, ticket }: ClaimRequest): Promise<boolean> {
    const answered = Promise.withResolvers<boolean>();
    this.#calls.set(roomId, { ticket, asked: () => answered.resolve(true) });
    using _overdue = this.#clock.after(ASSIGNMENT_MAX_MS, () => {
      this.#calls.delete(roomId);
      answered.resolve(false);
    });
    const value = new SimulateJobRequest({ type: JobType.JT_ROOM, room: new Room({ name: roomId }) });
    this.#messages.emit('worker_msg', new WorkerMessage({ message: { case: 'simulateJob', value } }));
    return await answered.promise;
  }

  /** The ticket of a room that was asked for, once. */
  ticketOf(sfuRoomName: string | undefined): string | undefined {
    const call = this.#calls.get(sfuRoomName ?? '');
    if (call === undefined) return undefined;
    this.#calls.delete(sfuRoomName ?? '');
    call.asked();
    return call.ticket;
  }
}

import { codeOf, type Clock, type EndReason, type Logger } from '@oracle-calls/protocol';
import type { BackendClient } from '../backend-client/backend-client.ts';
import type { SfuConnection } from '../media/sfu-port.ts';
import { abortable, withDeadline } from '../waiting/abortable.ts';
import type { CallAnnouncement } from './call-announcement.ts';

/** Each step of the tear-down may take this long; a homeserver that is slow is waited for, one that is gone is not. */
export const TEAR_DOWN_MS = 10_000;

/** Saying goodbye delays leaving the SFU by no more than this; who does not hear it sees the participant leave. */
export const HANG_UP_MS = 300;

export interface TearDown {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reason: EndReason;
  /** The call's trace, for the backend. */
  readonly traceparent: string;
  /** Switches the devices off, also those that are still opening. */
  readonly switchOff: () => Promise<void>;
  readonly connection: SfuConnection | undefined;
  /** Says to the oracle, inside the call, that it is over. Absent when the oracle has said so. */
  readonly hangUp: (() => Promise<void>) | undefined;
  /** Absent when there is no record to end. */
  readonly announcement: CallAnnouncement | undefined;
  readonly backend: BackendClient | undefined;
}

/** Closes everything side by side: one step's failure or slowness keeps no other from happening. Never rejects. */
export async function tearDown(options: TearDown): Promise<void> {
  const { clock, logger, reason, traceparent, switchOff, connection, hangUp, announcement, backend } = options;
  const endedAt = new Date(clock.now()).toISOString();
  const steps: Record<string, (signal: AbortSignal) => Promise<void>> = {
    devices: switchOff,
    sfu: async () => {
      await withDeadline(clock, HANG_UP_MS, (moment) => abortable(hangUp?.() ?? Promise.resolve(), moment)).catch(
        () => undefined,
      );
      await connection?.close();
    },
    matrix: async (signal) => announcement?.end(reason, endedAt, signal),
    backend: async (signal) => {
      // Tells only of a call that has an id: waits for a send under way, and asks nothing when none was begun.
      const callId = await announcement?.sentCallId();
      if (callId !== undefined) await backend?.endCall(callId, reason, { signal, traceparent });
    },
  };
  await withDeadline(clock, TEAR_DOWN_MS, (signal) =>
    Promise.all(
      Object.entries(steps).map(async ([name, run]) => {
        try {
          await abortable(run(signal), signal);
        } catch (error) {
          logger.warn('a step of ending the call failed', { step: name, code: codeOf(error) });
        }
      }),
    ),
  );
  announcement?.close();
}

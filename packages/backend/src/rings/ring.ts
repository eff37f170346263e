import {
  type CallId,
  type CallType,
  type Did,
  type MatrixEventId,
  RING_EVENT_VERSION,
  type RingEventContent,
} from '@oracle-calls/protocol';
import type { RingRecord, RingRecordStatus } from '@oracle-calls/protocol/http';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix/port';

/** `sending` until Matrix has taken the event, and with it has given it its id. */
export type RingState = 'sending' | RingRecordStatus;

/** An oracle's call to a person. */
export interface Ring {
  /** Under which it is sent, in this life of the process and the next: a Matrix transaction id. */
  readonly key: string;
  readonly eventId: MatrixEventId | undefined;
  readonly oracleDid: Did;
  readonly matrixUserId: MatrixUserId;
  readonly matrixRoomId: MatrixRoomId;
  readonly callType: CallType;
  readonly sessionId: string | undefined;
  /** Known until it was sent: then it stands in the encrypted event alone. */
  readonly reason: string | undefined;
  readonly state: RingState;
  readonly startedAt: number;
  readonly lifetimeMs: number;
  /** From when on no device rings any more, whatever its clock says within the bound. */
  readonly overAt: number;
  readonly endedAt: number | undefined;
  readonly callId: CallId | undefined;
}

/** A ring that Matrix has taken. */
export type SentRing = Ring & { readonly eventId: MatrixEventId; readonly state: RingRecordStatus };

export function isSent(ring: Ring): ring is SentRing {
  return ring.eventId !== undefined && ring.state !== 'sending';
}

/** What its event says. */
export function ringContent(ring: Ring): RingEventContent {
  return {
    v: RING_EVENT_VERSION,
    oracleDid: ring.oracleDid,
    userId: ring.matrixUserId,
    callType: ring.callType,
    ...(ring.sessionId === undefined ? {} : { sessionId: ring.sessionId }),
    ...(ring.reason === undefined ? {} : { reason: ring.reason }),
    ringStartedAt: new Date(ring.startedAt).toISOString(),
    lifetimeMs: ring.lifetimeMs,
  };
}

/** The ring as it crosses HTTP. */
export function toRingRecord(ring: SentRing): RingRecord {
  return {
    ringId: ring.eventId,
    userId: ring.matrixUserId,
    oracleDid: ring.oracleDid,
    callType: ring.callType,
    ...(ring.sessionId === undefined ? {} : { sessionId: ring.sessionId }),
    ringStatus: ring.state,
    ringStartedAt: new Date(ring.startedAt).toISOString(),
    lifetimeMs: ring.lifetimeMs,
    ...(ring.endedAt === undefined ? {} : { ringEndedAt: new Date(ring.endedAt).toISOString() }),
    ...(ring.callId === undefined ? {} : { callId: ring.callId }),
  };
}

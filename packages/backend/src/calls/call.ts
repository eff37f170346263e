import { createHash } from 'node:crypto';
import type {
  CallEventContent,
  CallId,
  CallStatus,
  CallType,
  Did,
  EndReason,
  MatrixEventId,
  SfuRoomName,
} from '@oracle-calls/protocol';
import type { CallRecord } from '@oracle-calls/protocol/http';
import type { MatrixRoomId, MatrixUserId } from '@oracle-calls/matrix/port';

/** What the backend knows of a call. The envelope is not part of it: it stays in the Matrix event. */
export interface Call {
  readonly seq: number;
  readonly callId: CallId;
  readonly eventId: MatrixEventId;
  readonly sfuRoomName: SfuRoomName;
  readonly matrixRoomId: MatrixRoomId;
  /** The verified sender of the call event: the one whose call it is. */
  readonly matrixUserId: MatrixUserId;
  readonly callType: CallType;
  readonly callStatus: CallStatus;
  /** The text of the event, which no edit may change. */
  readonly callStartedAt: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly endReason: EndReason | undefined;
  readonly sessionId: string;
  readonly userDid: Did;
  readonly oracleDid: Did;
  readonly agentVoice: string | undefined;
  readonly language: string | undefined;
  /** Ties the call to the one envelope that was accepted, without keeping it. */
  readonly envelopeSha256: string;
  readonly acceptedAt: number;
}

export type NewCall = Omit<Call, 'seq' | 'callStatus' | 'endedAt' | 'endReason'>;

/** SHA-256 of an envelope in hex; upper and lower case are the same envelope. */
export function hashEnvelope(envelopeHex: string): string {
  return createHash('sha256').update(envelopeHex.toLowerCase()).digest('hex');
}

/** The call event's content as it was accepted, for comparing with an edit; its envelope is known by hash only. */
export function acceptedContent(call: Call, edited: CallEventContent): CallEventContent {
  return {
    callType: call.callType,
    callStatus: call.callStatus,
    callStartedAt: call.callStartedAt,
    encryptionKey: hashEnvelope(edited.encryptionKey) === call.envelopeSha256 ? edited.encryptionKey : '',
    sessionId: call.sessionId,
    roomId: call.sfuRoomName,
    userDid: call.userDid,
    oracleDid: call.oracleDid,
  };
}

/** The call as it crosses HTTP. */
export function toCallRecord(call: Call): CallRecord {
  return {
    callId: call.callId,
    callType: call.callType,
    callStatus: call.callStatus,
    callStartedAt: call.callStartedAt,
    ...(call.endedAt === undefined ? {} : { callEndedAt: new Date(call.endedAt).toISOString() }),
    ...(call.endReason === undefined ? {} : { endReason: call.endReason }),
    sessionId: call.sessionId,
    userDid: call.userDid,
    oracleDid: call.oracleDid,
  };
}

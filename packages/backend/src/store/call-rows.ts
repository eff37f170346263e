import * as v from 'valibot';
import {
  CALL_STATUSES,
  CALL_TYPES,
  END_REASONS,
  callIdSchema,
  didSchema,
  matrixEventIdSchema,
  parseWith,
  sfuRoomNameSchema,
} from '@oracle-calls/protocol';
import { matrixRoomIdSchema, matrixUserIdSchema } from '../auth/matrix-ids.ts';
import type { Call } from '../calls/call.ts';
import type { CallRow } from './tables.ts';

/** Epoch milliseconds and rising numbers: a number from either database. */
export const instantColumn = v.pipe(v.number(), v.safeInteger());

const callRowSchema = v.object({
  seq: instantColumn,
  call_id: callIdSchema,
  event_id: matrixEventIdSchema,
  sfu_room_name: sfuRoomNameSchema,
  matrix_room_id: matrixRoomIdSchema,
  matrix_user_id: matrixUserIdSchema,
  call_type: v.picklist(CALL_TYPES),
  call_status: v.picklist(CALL_STATUSES),
  call_started_at: v.string(),
  started_at: instantColumn,
  ended_at: v.nullable(instantColumn),
  end_reason: v.nullable(v.picklist(END_REASONS)),
  session_id: v.string(),
  user_did: didSchema,
  oracle_did: didSchema,
  agent_voice: v.nullable(v.string()),
  language: v.nullable(v.string()),
  envelope_sha256: v.string(),
  accepted_at: instantColumn,
});

/** A row of `calls` as a call; a row that does not fit means a broken database. */
export function toCall(row: unknown): Call {
  const parsed = parseWith(callRowSchema, row, 'ERR_INTERNAL');
  return {
    seq: parsed.seq,
    callId: parsed.call_id,
    eventId: parsed.event_id,
    sfuRoomName: parsed.sfu_room_name,
    matrixRoomId: parsed.matrix_room_id,
    matrixUserId: parsed.matrix_user_id,
    callType: parsed.call_type,
    callStatus: parsed.call_status,
    callStartedAt: parsed.call_started_at,
    startedAt: parsed.started_at,
    endedAt: parsed.ended_at ?? undefined,
    endReason: parsed.end_reason ?? undefined,
    sessionId: parsed.session_id,
    userDid: parsed.user_did,
    oracleDid: parsed.oracle_did,
    agentVoice: parsed.agent_voice ?? undefined,
    language: parsed.language ?? undefined,
    envelopeSha256: parsed.envelope_sha256,
    acceptedAt: parsed.accepted_at,
  };
}

/** A new call as a row. */
export function toCallRow(call: Omit<Call, 'seq' | 'endedAt' | 'endReason'>): Omit<CallRow, 'seq'> {
  return {
    call_id: call.callId,
    event_id: call.eventId,
    sfu_room_name: call.sfuRoomName,
    matrix_room_id: call.matrixRoomId,
    matrix_user_id: call.matrixUserId,
    call_type: call.callType,
    call_status: call.callStatus,
    call_started_at: call.callStartedAt,
    started_at: call.startedAt,
    ended_at: null,
    end_reason: null,
    session_id: call.sessionId,
    user_did: call.userDid,
    oracle_did: call.oracleDid,
    agent_voice: call.agentVoice ?? null,
    language: call.language ?? null,
    envelope_sha256: call.envelopeSha256,
    accepted_at: call.acceptedAt,
  };
}

import type { Call } from '@oracle-calls/backend/operator';

/** A call as JSON says it: the names of the protocol, instants as ISO text, nothing of the envelope. */
export function callJson(call: Call): Readonly<Record<string, string>> {
  const { callId, callType, callStatus, startedAt, endedAt, endReason, sessionId } = call;
  const { matrixUserId, matrixRoomId, userDid, oracleDid, agentVoice, language } = call;
  const instant = (at: number | undefined): string | undefined =>
    at === undefined ? undefined : new Date(at).toISOString();
  const fields = {
    callId,
    callType,
    callStatus,
    callStartedAt: instant(startedAt),
    callEndedAt: instant(endedAt),
    endReason,
    sessionId,
    userId: matrixUserId,
    userDid,
    oracleDid,
    matrixRoomId,
    agentVoice,
    language,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

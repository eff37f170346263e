import { randomBytes } from 'node:crypto';
import type { Store } from '@oracle-calls/backend/operator';
import { parseMatrixRoomId, parseMatrixUserId } from '@oracle-calls/matrix';
import { createCallId, createSfuRoomName, parseDid, parseMatrixEventId } from '@oracle-calls/protocol';

/** What the store takes as a new call, or as somebody's wish for a room. */
export type NewCall = Parameters<Store['calls']['accept']>[0];
export type RoomRequest = Parameters<Store['sfuRooms']['ask']>[0];

export const ALICE = parseMatrixUserId('@alice:localhost');
export const MALLORY = parseMatrixUserId('@mallory:localhost');
export const ORACLE_DID = parseDid('did:ixo:oracle456');
export const USER_DID = parseDid('did:ixo:user123');
/** 2026-11-23T12:00:00Z: beyond what 32 bits hold, as every instant is. */
export const NOON = 1_795_435_200_000;

/** A call that nobody has placed yet. */
export function newCall(changes: Partial<NewCall> = {}): NewCall {
  const eventId = changes.eventId ?? parseMatrixEventId(`$${randomBytes(32).toString('base64url')}`);
  const sfuRoomName = changes.sfuRoomName ?? createSfuRoomName();
  const startedAt = changes.startedAt ?? NOON;
  return {
    callId: createCallId(eventId, sfuRoomName),
    eventId,
    sfuRoomName,
    matrixRoomId: parseMatrixRoomId('!room:localhost'),
    matrixUserId: ALICE,
    callType: 'audio',
    callStartedAt: new Date(startedAt).toISOString(),
    startedAt,
    sessionId: 's-1',
    userDid: USER_DID,
    oracleDid: ORACLE_DID,
    agentVoice: undefined,
    language: undefined,
    envelopeSha256: randomBytes(32).toString('hex'),
    acceptedAt: startedAt + 1,
    ...changes,
  };
}

/** A wish for a room that nobody has asked for yet. */
export function roomRequest(changes: Partial<RoomRequest> = {}): RoomRequest {
  return {
    name: createSfuRoomName(),
    asker: ALICE,
    oracleDid: ORACLE_DID,
    userIdentity: `u-${randomBytes(8).toString('hex')}`,
    ticketSha256: randomBytes(32).toString('hex'),
    openMax: 3,
    now: NOON,
    ...changes,
  };
}

/** A call that is over, with everything that the backend writes down of one. */
export async function finishedCall(store: Store, changes: Partial<NewCall> = {}): Promise<NewCall> {
  const call = newCall(changes);
  const ticketSha256 = randomBytes(32).toString('hex');
  const room = roomRequest({ name: call.sfuRoomName, asker: call.matrixUserId, ticketSha256, openMax: 1_000 });
  await store.sfuRooms.ask(room);
  await store.sfuRooms.markOpened(call.sfuRoomName, NOON);
  await store.calls.accept(call);
  await store.calls.activate(call.callId, NOON + 2);
  await store.sfuRooms.useTicket(call.sfuRoomName, ticketSha256, NOON + 3);
  await store.credentials.refuseAgent(call.callId, 'agent-1', NOON + 4);
  const released = { at: NOON + 5, keyId: 'agent-1', oracleDid: call.oracleDid, address: '10.0.0.7' };
  await store.audit.add({ ...released, action: 'call-claim', sfuRoomName: call.sfuRoomName });
  await store.audit.add({ ...released, action: 'key-release', callId: call.callId });
  await store.calls.end(call.callId, { endReason: 'hangup', endedAt: call.startedAt + 60_000, isAnswered: true });
  await store.sfuRooms.markClosed(call.sfuRoomName, NOON + 60_001);
  return call;
}

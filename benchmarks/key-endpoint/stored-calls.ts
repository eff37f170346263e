import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import {
  CALL_EVENT_TYPE,
  createCallId,
  didSchema,
  parseMatrixEventId,
  parseSfuRoomName,
  type CallId,
} from '@oracle-calls/protocol';
import { parseMatrixRoomId, parseMatrixUserId } from '@oracle-calls/matrix';
import type { FakeMatrixAccount } from '@oracle-calls/testing/matrix-account';
import * as v from 'valibot';

export const ORACLE_DID = v.parse(didSchema, 'did:ixo:oracle456');
export const ORACLE = parseMatrixUserId('@oracle:localhost');
const USERS = 5_000;
/** An envelope as it is today has about this many bytes. */
const ENVELOPE_BYTES = 900;
const STARTED_AT = Date.parse('2026-01-01T00:00:00.000Z');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;

const seedOf = (number: number): string => sha256(`call ${number}`);

/** The call of a number: everything about it follows from that. */
function callOf(number: number) {
  const seed = seedOf(number);
  // As long as a real one.
  const eventId = parseMatrixEventId(`$${seed.slice(0, 43)}`);
  const sfuRoomName = parseSfuRoomName(`lk-${seed.slice(0, 32)}`);
  const user = number % USERS;
  return {
    eventId,
    sfuRoomName,
    callId: createCallId(eventId, sfuRoomName),
    matrixRoomId: `!room-${user}:localhost`,
    matrixUserId: `@user-${user}:localhost`,
    userDid: `did:ixo:user${user}`,
    sessionId: uuid(seed),
    startedAt: STARTED_AT + number * 1_000,
    // A bare envelope of the older protocol in its outer form: the backend opens none.
    envelope: `04${seed.repeat(Math.ceil((2 * ENVELOPE_BYTES) / seed.length)).slice(0, 2 * ENVELOPE_BYTES - 2)}`,
  };
}

const INSERT_CALL = `insert into calls (call_id, event_id, sfu_room_name, matrix_room_id, matrix_user_id, call_type, call_status,
  call_started_at, started_at, ended_at, end_reason, session_id, user_did, oracle_did, envelope_sha256, accepted_at)
  values (?, ?, ?, ?, ?, 'audio', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_ANSWER = 'insert into answers (call_id, call_status, due_at, event_id) values (?, ?, ?, ?)';

export interface CallRange {
  readonly from: number;
  readonly to: number;
  /** The first so many are in progress, the rest are over. */
  readonly live: number;
}

/** Writes calls with their answers into a database that a backend has made, in one transaction. */
export function writeCalls(file: string, { from, to, live }: CallRange): void {
  const database = new DatabaseSync(file);
  try {
    // Rows come in no order of their keys: with the indices in memory that is quick. A crash here costs a folder that is thrown away.
    database.exec('pragma cache_size = -600000; pragma synchronous = off; pragma temp_store = memory;');
    database.exec('begin');
    const insertCall = database.prepare(INSERT_CALL);
    const insertAnswer = database.prepare(INSERT_ANSWER);
    // In the order of their ids, which is random to everything else: most indices then grow at their end, which is many times as quick.
    const numbers = Array.from({ length: to - from }, (_, index) => ({
      number: from + index,
      seed: seedOf(from + index),
    }));
    for (const { number } of numbers.toSorted((one, other) => (one.seed < other.seed ? -1 : 1))) {
      const { callId, eventId, sfuRoomName, matrixRoomId, matrixUserId, startedAt, ...call } = callOf(number);
      const isLive = number < live;
      const now = Date.now();
      insertCall.run(
        ...[callId, eventId, sfuRoomName, matrixRoomId, matrixUserId, isLive ? 'active' : 'ended'],
        ...[new Date(startedAt).toISOString(), startedAt, isLive ? null : startedAt + 60_000, isLive ? null : 'hangup'],
        ...[call.sessionId, call.userDid, ORACLE_DID, sha256(call.envelope), isLive ? now : startedAt],
      );
      insertAnswer.run(callId, 'active', startedAt, `$answer-active-${number}`);
      if (!isLive) insertAnswer.run(callId, 'ended', startedAt + 60_000, `$answer-ended-${number}`);
    }
    database.exec('commit');
  } finally {
    database.close();
  }
  // Else the system is still writing while the rates are measured, and every checkpoint waits for it.
  const written = openSync(file, 'r+');
  fsyncSync(written);
  closeSync(written);
}

/** Puts the events of the first calls on a homeserver in memory: the backend reads the envelope from there each time. */
export function putEvents(matrix: FakeMatrixAccount, count: number): readonly CallId[] {
  return Array.from({ length: count }, (_, number) => {
    const call = callOf(number);
    matrix.put({
      matrixRoomId: parseMatrixRoomId(call.matrixRoomId),
      sender: parseMatrixUserId(call.matrixUserId),
      type: CALL_EVENT_TYPE,
      eventId: call.eventId,
      content: {
        callType: 'audio',
        callStatus: 'pending',
        callStartedAt: new Date(call.startedAt).toISOString(),
        encryptionKey: call.envelope,
        sessionId: call.sessionId,
        roomId: call.sfuRoomName,
        userDid: call.userDid,
        oracleDid: ORACLE_DID,
      },
    });
    return call.callId;
  });
}

import { CALL_EVENT_TYPE, createCallId, createSfuRoomName, OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { ORACLE, ORACLE_DID, USER_DID } from '../call/call-scene.fixture.ts';
import { transcriptScene } from './transcript.fixture.ts';

const record = {
  callId: '$one@lk-one',
  callType: 'audio',
  callStatus: 'ended',
  callStartedAt: '2026-01-01T10:00:00.000Z',
  callEndedAt: '2026-01-01T10:01:00.000Z',
  endReason: 'hangup',
  sessionId: 'session-1',
  userDid: USER_DID,
  oracleDid: ORACLE_DID,
};

test("the oracle's backend is asked for one page, with what is looked for", async () => {
  const { core, backend } = transcriptScene();
  backend.answer = { calls: [record], nextCursor: 'next' };
  const page = await core.history.list({ oracleDid: ORACLE_DID, search: ' hang up ', cursor: 'abc', limit: 5 });
  expect(backend.of('ask')).toEqual([
    { kind: 'ask', method: 'GET', path: `/calls?oracleDid=did%3Aixo%3Aoracle456&search=hang+up&cursor=abc&limit=5` },
  ]);
  const startedAt = Date.UTC(2026, 0, 1, 10);
  expect(page).toEqual({
    nextCursor: 'next',
    calls: [
      {
        callId: '$one@lk-one',
        oracleDid: ORACLE_DID,
        type: 'audio',
        status: 'ended',
        sessionId: 'session-1',
        startedAt,
        endedAt: startedAt + 60_000,
        endReason: 'hangup',
      },
    ],
  });
});

test('a backend lists calls of its own oracle; what it says in the name of another is not shown', async () => {
  const { core, backend } = transcriptScene();
  backend.answer = { calls: [{ ...record, oracleDid: 'did:ixo:another' }, record] };
  const { calls } = await core.history.list({ oracleDid: ORACLE_DID });
  expect(calls.map(({ oracleDid }) => oracleDid)).toEqual([ORACLE_DID]);
});

test('a backend that names another event of the person’s as a call gets none deleted; a call event under that id is', async () => {
  for (const type of ['m.room.message', CALL_EVENT_TYPE]) {
    const { core, matrix } = transcriptScene();
    const room = await matrix.findOrCreateRoom(ORACLE);
    const eventId = await matrix.sendEvent(room, type, { body: 'hello' }, { transactionId: 'message', peer: ORACLE });
    await core.history.delete({ oracleDid: ORACLE_DID, callId: createCallId(eventId, createSfuRoomName()) });
    expect(matrix.redacted).toEqual(type === CALL_EVENT_TYPE ? [eventId] : []);
  }
});

test('words that no backend holds are not asked for, and find nothing', async () => {
  const { core, backend } = transcriptScene();
  const nothing = { calls: [], nextCursor: undefined };
  await expect(core.history.list({ oracleDid: ORACLE_DID, search: 'größe' })).resolves.toEqual(nothing);
  await expect(core.history.list({ oracleDid: ORACLE_DID, search: 'x'.repeat(101) })).resolves.toEqual(nothing);
  expect(backend.of('ask')).toEqual([]);
});

test('an answer of another shape, and an oracle that is none, are refused', async () => {
  const { core, backend } = transcriptScene();
  backend.answer = { calls: [{ ...record, callId: 'nonsense' }] };
  const malformed = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' });
  await expect(core.history.list({ oracleDid: ORACLE_DID })).rejects.toEqual(malformed);
  await expect(core.history.list({ oracleDid: 'nobody' })).rejects.toEqual(malformed);
});

test('deleting removes the call at the backend, and then what this account wrote of it, the call event last', async () => {
  const scene = transcriptScene();
  const { core, backend, matrix, keptCall, say, verdict, answer, eventIdOf } = scene;
  const call = await keptCall();
  say('user', 'forget this');
  answer({ callStatus: 'active' });
  await call.endCall();
  await verdict();
  const { callId } = call;
  backend.refuse('ask', new OracleCallError('ERR_CALL_LIVE'));
  await expect(core.history.delete({ oracleDid: ORACLE_DID, callId })).rejects.toMatchObject({ code: 'ERR_CALL_LIVE' });
  expect(matrix.redacted).toEqual([]);
  backend.refuse('ask', new OracleCallError('ERR_CALL_NOT_FOUND'));
  await core.history.delete({ oracleDid: ORACLE_DID, callId });
  expect(backend.of('ask').at(-1)).toEqual({ kind: 'ask', method: 'DELETE', path: `/calls/${callId}` });
  expect(matrix.redacted.at(-1)).toBe(eventIdOf(callId));
  expect(new Set(matrix.redacted)).toEqual(new Set(matrix.sent.map(({ eventId }) => eventId)));
  await expect(core.history.transcript({ oracleDid: ORACLE_DID, callId })).resolves.toBeUndefined();
});

test('an abort, and closing, end what is asked', async () => {
  const { core, backend } = transcriptScene();
  backend.hold('ask');
  const reason = new Error('enough');
  const controller = new AbortController();
  const asked = core.history.list({ oracleDid: ORACLE_DID }, { signal: controller.signal });
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
  const closed = core.history.list({ oracleDid: ORACLE_DID });
  await core.close();
  await expect(closed).rejects.toMatchObject({ code: 'ERR_CALL_ENDED' });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALL_EVENT_TYPE, OracleCallError, parseCallAnswer, type ErrorCode } from '@oracle-calls/protocol';
import { EVENT_WAIT_MS } from '@oracle-calls/protocol/http';
import { ACTIVE_ANSWER_DELAY_MS } from '../answers/answer-outbox.ts';
import { MAX_CALL_MINUTES_DEFAULT } from '../backend.ts';
import {
  AGENT_KEY,
  ALICE,
  ALICE_ROOM,
  expectProblem,
  FOREIGN_AGENT_KEY,
  MALLORY,
  TestBackend,
  USER_DID,
  ORACLE_DID,
} from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test('POST /calls/:callId/sync sets the call active and answers in Matrix', async () => {
  const call = await backend.placeCall();
  const answer = await backend.sync(call);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    callId: call.callId,
    callType: 'audio',
    callStatus: 'active',
    callStartedAt: call.content['callStartedAt'],
    sessionId: call.content['sessionId'],
    userDid: USER_DID,
    oracleDid: ORACLE_DID,
  });
  expect(backend.matrix.sent).toEqual([]);
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  expect(backend.matrix.sent).toHaveLength(1);
  const [sent] = backend.matrix.sent;
  expect(sent).toMatchObject({
    matrixRoomId: ALICE_ROOM,
    type: CALL_EVENT_TYPE,
    content: { 'm.relates_to': { rel_type: 'm.reference', event_id: call.eventId } },
  });
  expect(parseCallAnswer(sent?.content)).toMatchObject({ callId: call.callId, callStatus: 'active' });
});

test('two syncs at once make one active answer', async () => {
  const call = await backend.placeCall();
  await backend.session(ALICE);
  const answers = await Promise.all([backend.sync(call), backend.sync(call), backend.sync(call)]);
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  expect((await backend.sync(call)).status).toBe(200);
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  expect(backend.matrix.sent).toHaveLength(1);
  expect(backend.matrix.sendAttempts).toBe(1);
});

test('a sync that comes before the event waits for it, in this process, without asking again and again', async () => {
  const call = backend.prepareCall();
  await backend.session(ALICE);
  const timers = backend.clock.pendingTimers;
  const answers = [backend.sync(call), backend.sync(call)];
  await backend.untilWaiting(timers + 1);
  backend.matrix.deliver(call.event);
  for (const answer of await Promise.all(answers)) expect(answer.body).toMatchObject({ callStatus: 'active' });
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  expect(backend.matrix.sent).toHaveLength(1);
});

test('a sync whose event does not come is a retryable 404', async () => {
  const call = backend.prepareCall();
  await backend.session(ALICE);
  const timers = backend.clock.pendingTimers;
  const answer = backend.sync(call);
  await backend.untilWaiting(timers);
  await backend.clock.advance(EVENT_WAIT_MS);
  expectProblem(await answer, 404, 'ERR_MATRIX_EVENT_NOT_FOUND');
  expect((await answer).body).toMatchObject({ retryable: true });
  expect(backend.clock.pendingTimers).toBe(timers);
});

test('whoever goes away is not waited for', async () => {
  const call = backend.prepareCall();
  const token = await backend.session(ALICE);
  const gone = new AbortController();
  const timers = backend.clock.pendingTimers;
  const answer = backend.request('POST', `/calls/${call.callId}/sync`, { token, json: {}, signal: gone.signal });
  await backend.untilWaiting(timers);
  gone.abort();
  expect((await answer).status).toBe(503);
  expect(backend.clock.pendingTimers).toBe(timers);
  expect(backend.logged('request failed')).toEqual([]);
});

test('a backend that closes lets go of those who wait', async () => {
  const call = backend.prepareCall();
  await backend.session(ALICE);
  const timers = backend.clock.pendingTimers;
  const answer = backend.sync(call);
  await backend.untilWaiting(timers);
  await backend.backend.close();
  expectProblem(await answer, 503, 'ERR_UPSTREAM_BUSY');
  expect(backend.clock.pendingTimers).toBe(0);
  expect(backend.matrix.listenerCount).toBe(0);
});

test('somebody else’s call is no call for a user', async () => {
  const call = await backend.placeCall();
  expectProblem(await backend.sync(call, MALLORY), 404, 'ERR_CALL_NOT_FOUND');
  const end = { callStatus: 'ended' };
  expectProblem(await backend.update(call, await backend.session(MALLORY), end), 404, 'ERR_CALL_NOT_FOUND');
  expect(await backend.statusOf(call)).toBe('pending');
});

test('a call id that names a known event with another room is no call', async () => {
  const [one, other] = [await backend.placeCall(), await backend.placeCall()];
  const mixed = `${one.eventId}@${other.sfuRoomName}`;
  const token = await backend.session(ALICE);
  expectProblem(await backend.request('POST', `/calls/${mixed}/sync`, { token, json: {} }), 404, 'ERR_CALL_NOT_FOUND');
  expectProblem(await backend.key(mixed), 404, 'ERR_CALL_NOT_FOUND');
});

test('a sync with another session is malformed', async () => {
  const call = await backend.placeCall();
  const token = await backend.session(ALICE);
  const path = `/calls/${call.callId}/sync`;
  const answer = await backend.request('POST', path, { token, json: { sessionId: 'another' } });
  expectProblem(answer, 400, 'ERR_PROTOCOL_MALFORMED');
  expect(await backend.statusOf(call)).toBe('pending');
});

test('a call that has ended is not set active again', async () => {
  const call = await backend.placeCall();
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  expectProblem(await backend.sync(call), 410, 'ERR_CALL_ENDED');
});

test('the user ends the own call; saying so again changes nothing', async () => {
  const call = await backend.placeCall();
  await backend.sync(call);
  const token = await backend.session(ALICE);
  await backend.pass(1_000);
  const answer = await backend.update(call, token, { callStatus: 'ended' });
  const callEndedAt = new Date(backend.clock.now()).toISOString();
  expect(answer.body).toMatchObject({ callStatus: 'ended', endReason: 'hangup', callEndedAt });
  await backend.pass(1_000);
  const again = await backend.update(call, token, { callStatus: 'ended', endReason: 'media-failed' });
  expect(again.status).toBe(200);
  expect(again.body).toMatchObject({ endReason: 'hangup', callEndedAt });
  expect(backend.matrix.sent.map((sent) => parseCallAnswer(sent.content))).toMatchObject([
    { callStatus: 'active' },
    { callStatus: 'ended', endReason: 'hangup', callEndedAt },
  ]);
});

test('two ends at once are one end with one reason and one answer', async () => {
  const call = await backend.placeCall();
  const token = await backend.session(ALICE);
  const answers = await Promise.all([
    backend.update(call, token, { callStatus: 'ended' }),
    backend.update(call, AGENT_KEY, { callStatus: 'ended', endReason: 'completed' }),
    backend.edit(call, { callStatus: 'ended', endReason: 'cancelled' }),
  ]);
  expect(answers.slice(0, 2)).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(backend.logged('call ended')).toMatchObject([{ endReason: await backend.endReasonOf(call) }]);
  expect(backend.matrix.sent.length).toBeLessThan(2);
});

test('the user’s end and the edit that follows it are one end', async () => {
  const call = await backend.placeCall();
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended', endReason: 'replaced' });
  await backend.edit(call, { callStatus: 'ended', endReason: 'replaced' });
  expect(await backend.endReasonOf(call)).toBe('replaced');
  expect(backend.logged('call ended')).toHaveLength(1);
  expect(backend.matrix.sent).toHaveLength(1);
});

const updates: readonly [
  string,
  'pending' | 'active' | 'ended',
  'user' | 'agent',
  object,
  number,
  ErrorCode | undefined,
][] = [
  ['the user sets it active', 'pending', 'user', { callStatus: 'active' }, 403, 'ERR_AUTH_FORBIDDEN'],
  ['the user repeats pending', 'pending', 'user', { callStatus: 'pending' }, 200, undefined],
  ['the user repeats active', 'active', 'user', { callStatus: 'active' }, 200, undefined],
  ['the user goes back to pending', 'active', 'user', { callStatus: 'pending' }, 409, 'ERR_CALL_TRANSITION'],
  ['the user goes back to active', 'ended', 'user', { callStatus: 'active' }, 409, 'ERR_CALL_TRANSITION'],
  ['the agent goes back to pending', 'ended', 'agent', { callStatus: 'pending' }, 409, 'ERR_CALL_TRANSITION'],
  ['the agent sets it active', 'pending', 'agent', { callStatus: 'active' }, 403, 'ERR_AUTH_FORBIDDEN'],
  ['the agent gives no reason', 'active', 'agent', { callStatus: 'ended' }, 400, 'ERR_PROTOCOL_MALFORMED'],
  [
    'the agent says replaced',
    'active',
    'agent',
    { callStatus: 'ended', endReason: 'replaced' },
    403,
    'ERR_AUTH_FORBIDDEN',
  ],
  ['the user says expired', 'active', 'user', { callStatus: 'ended', endReason: 'expired' }, 403, 'ERR_AUTH_FORBIDDEN'],
  ['an unknown reason', 'active', 'user', { callStatus: 'ended', endReason: 'bored' }, 400, 'ERR_PROTOCOL_MALFORMED'],
  ['an unknown status', 'active', 'user', { callStatus: 'over' }, 400, 'ERR_PROTOCOL_MALFORMED'],
];

test.each(updates)('POST /calls/:callId/update: %s', async (_words, status, kind, json, httpStatus, code) => {
  const call = await backend.placeCall();
  const user = await backend.session(ALICE);
  if (status !== 'pending') await backend.sync(call);
  if (status === 'ended') await backend.update(call, user, { callStatus: 'ended' });
  const answer = await backend.update(call, kind === 'user' ? user : AGENT_KEY, json);
  if (code === undefined) expect(answer.status).toBe(httpStatus);
  else expectProblem(answer, httpStatus, code);
  expect(await backend.statusOf(call)).toBe(status);
});

test('the agent of the oracle ends a call with a reason, another oracle’s does not', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.sync(call);
  const json = { callStatus: 'ended', endReason: 'completed' };
  expectProblem(await backend.update(call, FOREIGN_AGENT_KEY, json), 403, 'ERR_AUTH_FORBIDDEN');
  expect(await backend.statusOf(call)).toBe('active');
  expect((await backend.update(call, AGENT_KEY, json)).body).toMatchObject({ endReason: 'completed' });
  expect(backend.sfu.rooms.size).toBe(0);
});

test('a call that nobody ends expires', async () => {
  const call = await backend.placeCall();
  await backend.sync(call);
  await backend.pass(MAX_CALL_MINUTES_DEFAULT * 60_000 - 1);
  expect(await backend.statusOf(call)).toBe('active');
  await backend.pass(1);
  expect(await backend.endReasonOf(call)).toBe('expired');
  expect(backend.matrix.sent.map((sent) => parseCallAnswer(sent.content).callStatus)).toEqual(['active', 'ended']);
});

test('an answer that cannot be sent is sent later, under the same transaction id', async () => {
  const call = await backend.placeCall();
  backend.matrix.failure = new OracleCallError('ERR_MATRIX_SEND');
  expect((await backend.sync(call)).status).toBe(200);
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  await backend.pass(5_000);
  expect(backend.matrix.sendAttempts).toBe(2);
  backend.matrix.failure = undefined;
  await backend.pass(10_000);
  expect(backend.matrix.sent).toHaveLength(1);
});

test('a call that ends while its first answer is being sent gets both, one after the other', async () => {
  const call = await backend.placeCall();
  const token = await backend.session(ALICE);
  const hold = Promise.withResolvers<void>();
  const send = backend.matrix.sendEvent.bind(backend.matrix);
  backend.matrix.sendEvent = async (...args) => {
    await hold.promise;
    return send(...args);
  };
  await backend.sync(call);
  await backend.clock.advance(ACTIVE_ANSWER_DELAY_MS);
  await backend.request('POST', `/calls/${call.callId}/update`, { token, json: { callStatus: 'ended' } });
  hold.resolve();
  await backend.backend.settled();
  expect(backend.matrix.sent.map((sent) => parseCallAnswer(sent.content).callStatus)).toEqual(['active', 'ended']);
  expect(backend.matrix.sendAttempts).toBe(2);
});

test('answers are sent in the order of what they tell, though the first is late', async () => {
  const call = await backend.placeCall();
  backend.matrix.failure = new OracleCallError('ERR_MATRIX_SEND');
  await backend.sync(call);
  await backend.backend.settled();
  backend.matrix.failure = undefined;
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  expect(backend.matrix.sent.map((sent) => parseCallAnswer(sent.content).callStatus)).toEqual(['active', 'ended']);
  const transactionIds = backend.matrix.sent.map((sent) => sent.transactionId);
  expect(new Set(transactionIds).size).toBe(2);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALL_EVENT_TYPE, OracleCallError, createSfuRoomName } from '@oracle-calls/protocol';
import { EVENT_WAIT_MS } from '@oracle-calls/protocol/http';
import { FRESH_ENVELOPE_MS } from '../agent-desk/fresh-envelopes.ts';
import { ORPHAN_ROOM_MS } from '../sfu/room-keeper.ts';
import {
  AGENT_KEY,
  ALICE,
  expectProblem,
  FOREIGN_AGENT_KEY,
  MALLORY,
  ORACLE_DID,
  TestBackend,
  USER_DID,
} from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test('POST /agent/claim trades a ticket for the call, once', async () => {
  const call = await backend.placeCall({ callType: 'video', agentVoice: 'joe', language: 'de' });
  const { identity } = await backend.joinBoth(ALICE, call.sfuRoomName);
  const ticket = backend.ticketOf(call.sfuRoomName);
  const answer = await backend.claim(call.sfuRoomName, ticket);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    callId: call.callId,
    callType: 'video',
    sessionId: call.content['sessionId'],
    userIdentity: identity,
    agentVoice: 'joe',
    language: 'de',
    // The event has only just come.
    key: { encryptionKey: call.content['encryptionKey'], userDid: USER_DID, oracleDid: ORACLE_DID },
    // The call's trace, begun here because nobody brought one, and not recorded.
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/),
  });
  expectProblem(await backend.claim(call.sfuRoomName, ticket), 403, 'ERR_CALL_TICKET');
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  expectProblem(await backend.claim(call.sfuRoomName, ticket), 403, 'ERR_CALL_TICKET');
});

test('a claim brings the sealed key along only while the event is fresh', async () => {
  const late = await backend.placeCall();
  await backend.joinBoth(ALICE, late.sfuRoomName);
  await backend.pass(FRESH_ENVELOPE_MS);
  const answer = await backend.claim(late.sfuRoomName, backend.ticketOf(late.sfuRoomName));
  expect(answer.status).toBe(200);
  expect(answer.body).not.toHaveProperty('key');
});

test('a claim stands although its key cannot be released', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const { audit } = backend.backend.store;
  const add = audit.add.bind(audit);
  audit.add = (entry) => (entry.action === 'key-release' ? Promise.reject(new Error('disk full')) : add(entry));
  const answer = await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName));
  expect(answer.status).toBe(200);
  expect(answer.body).not.toHaveProperty('key');
});

test('a wrong ticket, and a room that was given up, are refused without waiting for an event', async () => {
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  const ticket = backend.ticketOf(sfuRoomName);
  expectProblem(await backend.claim(sfuRoomName, 'x'.repeat(43)), 403, 'ERR_CALL_TICKET');
  await backend.pass(ORPHAN_ROOM_MS);
  expectProblem(await backend.claim(sfuRoomName, ticket), 410, 'ERR_CALL_ENDED');
});

test('of two agents with one ticket, one gets the call', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const ticket = backend.ticketOf(call.sfuRoomName);
  const answers = await Promise.all([
    backend.claim(call.sfuRoomName, ticket),
    backend.claim(call.sfuRoomName, ticket, `${AGENT_KEY}-2`),
  ]);
  expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 403]);
});

test('a ticket is for its room and its oracle', async () => {
  const [one, other] = [await backend.placeCall(), await backend.placeCall()];
  await backend.joinBoth(ALICE, one.sfuRoomName);
  await backend.joinBoth(ALICE, other.sfuRoomName);
  const ticket = backend.ticketOf(one.sfuRoomName);
  expectProblem(await backend.claim(other.sfuRoomName, ticket), 403, 'ERR_CALL_TICKET');
  expectProblem(await backend.claim(createSfuRoomName(), ticket), 403, 'ERR_CALL_TICKET');
  expectProblem(await backend.claim(one.sfuRoomName, 'x'.repeat(43)), 403, 'ERR_CALL_TICKET');
  expectProblem(await backend.claim(one.sfuRoomName, ticket, FOREIGN_AGENT_KEY), 403, 'ERR_CALL_TICKET');
  expectProblem(await backend.claim(one.sfuRoomName, 'short'), 400, 'ERR_PROTOCOL_MALFORMED');
  expect((await backend.claim(one.sfuRoomName, ticket)).status).toBe(200);
});

test('a claim before the event waits for it, and a claim in vain leaves the ticket good', async () => {
  const call = backend.prepareCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const ticket = backend.ticketOf(call.sfuRoomName);
  const timers = backend.clock.pendingTimers;
  const inVain = backend.claim(call.sfuRoomName, ticket);
  await backend.untilWaiting(timers);
  await backend.clock.advance(EVENT_WAIT_MS);
  expectProblem(await inVain, 404, 'ERR_MATRIX_EVENT_NOT_FOUND');
  expect((await inVain).headers.get('retry-after')).toBe('1');
  const claim = backend.claim(call.sfuRoomName, ticket);
  await backend.untilWaiting(timers);
  backend.matrix.deliver(call.event);
  expect((await claim).body).toMatchObject({ callId: call.callId });
});

test('there is nothing to claim when the call has ended', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const ticket = backend.ticketOf(call.sfuRoomName);
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  expectProblem(await backend.claim(call.sfuRoomName, ticket), 410, 'ERR_CALL_ENDED');
});

test('GET and POST /calls/:callId/key read the envelope from the Matrix event and log the release', async () => {
  const call = await backend.placeCall();
  const expected = { encryptionKey: call.content['encryptionKey'], userDid: USER_DID, oracleDid: ORACLE_DID };
  expect((await backend.key(call.callId)).body).toEqual(expected);
  const post = await backend.request('POST', `/calls/${call.callId}/key`, { token: `${AGENT_KEY}-2` });
  expect(post.body).toEqual(expected);
  expect(backend.logged('key released')).toMatchObject([
    { level: 'info', audit: true, callId: call.callId, agentKeyId: 'agent-1' },
    { level: 'info', audit: true, callId: call.callId, agentKeyId: 'agent-2' },
  ]);
});

test('the key is for agents of the call’s oracle only', async () => {
  const call = await backend.placeCall();
  expectProblem(await backend.key(call.callId, FOREIGN_AGENT_KEY), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await backend.key(call.callId, await backend.session(ALICE)), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await backend.key(call.callId, 'wrong-api-key-of-nobody'), 401, 'ERR_AUTH_INVALID');
  expect(backend.logged('key released')).toEqual([]);
});

test('nobody who only knows a call’s id gets anything of it', async () => {
  const call = await backend.placeCall();
  const token = await backend.session(MALLORY);
  const path = `/calls/${call.callId}`;
  const as = (method: string, to: string, json?: unknown) => backend.request(method, `${path}/${to}`, { token, json });
  expectProblem(await as('POST', 'sync', {}), 404, 'ERR_CALL_NOT_FOUND');
  expectProblem(await as('POST', 'update', { callStatus: 'ended' }), 404, 'ERR_CALL_NOT_FOUND');
  expectProblem(await as('POST', 'key'), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await backend.join(MALLORY, call.sfuRoomName), 409, 'ERR_CALL_REPLAYED');
  expect((await backend.request('GET', '/calls', { token })).body).toEqual({ calls: [] });
  expect(await backend.statusOf(call)).toBe('pending');
});

test('a key that is asked for before the event comes is waited for', async () => {
  const call = backend.prepareCall();
  const timers = backend.clock.pendingTimers;
  const answer = backend.key(call.callId);
  await backend.untilWaiting(timers);
  backend.matrix.deliver(call.event);
  expect((await answer).status).toBe(200);
});

test('a key whose event does not come is a retryable 404', async () => {
  const call = backend.prepareCall();
  const timers = backend.clock.pendingTimers;
  const answer = backend.key(call.callId);
  await backend.untilWaiting(timers);
  await backend.clock.advance(EVENT_WAIT_MS);
  expectProblem(await answer, 404, 'ERR_MATRIX_EVENT_NOT_FOUND');
});

test('a call that has ended gives no key', async () => {
  const call = await backend.placeCall();
  await backend.edit(call, { callStatus: 'ended' });
  expectProblem(await backend.key(call.callId), 410, 'ERR_CALL_ENDED');
});

test('an agent that could not open the key gets 403 invalid-authentication from then on, another agent does not', async () => {
  const call = await backend.placeCall();
  await backend.sync(call);
  await backend.key(call.callId);
  const json = { callStatus: 'ended', endReason: 'invalid-authentication' };
  expect((await backend.update(call, AGENT_KEY, json)).body).toMatchObject({ endReason: 'invalid-authentication' });
  await backend.restart();
  const answer = await backend.key(call.callId);
  expectProblem(answer, 403, 'ERR_AUTH_INVALID_AUTHENTICATION');
  expect(answer.body).toMatchObject({ type: 'urn:oracle-calls:problem:invalid-authentication' });
  expectProblem(await backend.key(call.callId, `${AGENT_KEY}-2`), 410, 'ERR_CALL_ENDED');
  // The user is told through Matrix.
  expect(backend.matrix.sent.at(-1)?.content).toMatchObject({ endReason: 'invalid-authentication' });
});

test('an agent that could not open the key is remembered though the user hung up first', async () => {
  const call = await backend.placeCall();
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  await backend.update(call, AGENT_KEY, { callStatus: 'ended', endReason: 'invalid-authentication' });
  expect(await backend.endReasonOf(call)).toBe('hangup');
  expectProblem(await backend.key(call.callId), 403, 'ERR_AUTH_INVALID_AUTHENTICATION');
});

test('a homeserver that shows another event under the id gives no key', async () => {
  const call = await backend.placeCall();
  const { matrixRoomId, sender } = call.event;
  const forge = (changes: object, from = sender.userId, type: string = CALL_EVENT_TYPE): void => {
    const content = { ...call.content, ...changes };
    backend.matrix.put({ eventId: call.eventId, matrixRoomId, sender: from, type, content });
  };
  forge({ encryptionKey: '04ff' });
  expectProblem(await backend.key(call.callId), 409, 'ERR_CALL_REPLAYED');
  forge({}, MALLORY);
  expectProblem(await backend.key(call.callId), 409, 'ERR_CALL_REPLAYED');
  forge({}, ALICE, 'm.room.message');
  expectProblem(await backend.key(call.callId), 409, 'ERR_CALL_REPLAYED');
  forge({});
  expect((await backend.key(call.callId)).status).toBe(200);
});

test('a homeserver that is down, or an event that does not decrypt, is a retryable refusal', async () => {
  const call = await backend.placeCall();
  backend.matrix.failure = new OracleCallError('ERR_UPSTREAM_HOMESERVER');
  expectProblem(await backend.key(call.callId), 502, 'ERR_UPSTREAM_HOMESERVER');
  backend.matrix.failure = new OracleCallError('ERR_MATRIX_UNDECRYPTABLE');
  expectProblem(await backend.key(call.callId), 404, 'ERR_MATRIX_UNDECRYPTABLE');
});

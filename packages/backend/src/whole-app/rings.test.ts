import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createRingAnswer,
  OracleCallError,
  parseMatrixEventId,
  parseRingAnswer,
  parseRingEvent,
  RING_ANSWER_EVENT_TYPE,
  RING_CLOCK_SKEW_MS,
  RING_EVENT_TYPE,
  RING_LIFETIME_DEFAULT_MS,
  type MatrixEventId,
  type RingAnswerStatus,
} from '@oracle-calls/protocol';
import { ringRecordSchema, type RingRecord } from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import { RATE_LIMIT_DEFAULTS } from '../rate-limits/rate-limits.ts';
import { createSigner, oracleDocument, sealCall } from './seal-call.ts';
import {
  AGENT_KEY,
  ALICE,
  ALICE_ROOM,
  expectProblem,
  FOREIGN_AGENT_KEY,
  MALLORY,
  MALLORY_ROOM,
  ORACLE,
  ORACLE_DID,
  OTHER_ORACLE_DID,
  TestBackend,
  type ApiAnswer,
  type PlacedCall,
} from './test-backend.ts';

const OVER_MS = RING_LIFETIME_DEFAULT_MS + RING_CLOCK_SKEW_MS;

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start({ secondOracle: {} });
});
afterEach(() => backend[Symbol.asyncDispose]());

/** A call that is over: from then on the oracle may ring. */
async function haveCalled(
  event: Parameters<TestBackend['placeCall']>[1] = {},
  changes: Parameters<TestBackend['placeCall']>[0] = {},
): Promise<void> {
  const call = await backend.placeCall(changes, event);
  await backend.update(call, await backend.session(event.sender ?? ALICE), { callStatus: 'ended' });
}

const ring = (json: object = {}, token = AGENT_KEY): Promise<ApiAnswer> =>
  backend.request('POST', '/rings', { token, json: { userId: ALICE, callType: 'audio', ...json } });

async function ringing(json: object = {}): Promise<RingRecord> {
  const answer = await ring(json);
  expect(answer.status).toBe(200);
  return v.parse(ringRecordSchema, answer.body);
}

async function recordOf({ ringId }: RingRecord, token = AGENT_KEY): Promise<RingRecord> {
  const { body } = await backend.request('GET', `/rings/${ringId}`, { token });
  return v.parse(ringRecordSchema, body);
}

const cancel = ({ ringId }: { readonly ringId: string }, token = AGENT_KEY): Promise<ApiAnswer> =>
  backend.request('DELETE', `/rings/${ringId}`, { token });

/** A person's answer, or what somebody forges of one. */
async function giveAnswer(
  { ringId }: RingRecord,
  event: {
    readonly sender?: typeof ALICE;
    readonly matrixRoomId?: typeof ALICE_ROOM;
    readonly about?: MatrixEventId;
    readonly ringStatus?: RingAnswerStatus;
  } = {},
): Promise<void> {
  const { sender = ALICE, matrixRoomId = ALICE_ROOM, about = ringId, ringStatus = 'declined' } = event;
  const content = createRingAnswer({ ringEventId: ringId, ringStatus, answeredAt: '2026-01-01T10:00:01.000Z' });
  backend.matrix.receive({
    ...{ matrixRoomId, sender, type: RING_ANSWER_EVENT_TYPE },
    content: { ...content, 'm.relates_to': { rel_type: 'm.reference', event_id: about } },
  });
  await backend.backend.settled();
}

/** A call of Alice's whose signed context names a ring. */
async function prepareAnswering(
  ringEventId: MatrixEventId,
  { sender = ALICE, matrixRoomId = ALICE_ROOM }: { sender?: typeof ALICE; matrixRoomId?: typeof ALICE_ROOM } = {},
): Promise<PlacedCall> {
  const placed = backend.prepareCall();
  const signer = createSigner();
  const encryptionKey = await sealCall({
    ...{ content: placed.content, now: backend.clock.now(), document: oracleDocument(), signer },
    facts: { ringEventId, matrixSender: sender, matrixRoomId },
  });
  return backend.prepareCall({ ...placed.content, userDid: signer.did, encryptionKey }, { sender, matrixRoomId });
}

async function placeAnswering(...args: Parameters<typeof prepareAnswering>): Promise<PlacedCall> {
  const call = await prepareAnswering(...args);
  backend.matrix.deliver(call.event);
  await backend.backend.settled();
  return call;
}

const told = (): readonly RingAnswerStatus[] =>
  backend.matrix.sent
    .filter(({ type }) => type === RING_ANSWER_EVENT_TYPE)
    .map(({ content }) => parseRingAnswer(content).ringStatus);

test('a ring goes, encrypted, into the room of the person’s newest call, and says whom it rings and for how long', async () => {
  await haveCalled();
  const record = await ringing({ callType: 'video', sessionId: 's-9', reason: 'It is ready.', lifetimeMs: 30_000 });
  const sent = backend.matrix.sent.at(-1);
  expect(sent).toMatchObject({ type: RING_EVENT_TYPE, matrixRoomId: ALICE_ROOM, peer: ALICE, eventId: record.ringId });
  expect(parseRingEvent(sent?.content)).toEqual({
    ...{ v: 1, oracleDid: ORACLE_DID, userId: ALICE, callType: 'video', sessionId: 's-9', reason: 'It is ready.' },
    ...{ ringStartedAt: record.ringStartedAt, lifetimeMs: 30_000 },
  });
  expect(record).toMatchObject({ userId: ALICE, oracleDid: ORACLE_DID, ringStatus: 'ringing', lifetimeMs: 30_000 });
  expect(await recordOf(record)).toEqual(record);
});

test('why it rings is in no table and no log once it was sent', async () => {
  await haveCalled();
  await ringing({ reason: 'canary-of-a-reason' });
  expect(backend.databaseBytes()).toContain(ALICE_ROOM);
  expect(await backend.backend.store.rings.listOpen(ORACLE_DID)).toMatchObject([{ reason: undefined }]);
  expect(backend.logLines.join('')).not.toContain('canary-of-a-reason');
});

test('a ring that cannot be written into the audit log is not sent, and nothing of it is kept', async () => {
  await haveCalled();
  const { audit, rings } = backend.backend.store;
  const add = audit.add.bind(audit);
  audit.add = () => Promise.reject(new Error('the disk is full'));
  expect((await ring({ reason: 'canary-of-a-reason' })).status).toBe(500);
  expect(await rings.listOpen(ORACLE_DID)).toEqual([]);
  expect(backend.matrix.sent.filter(({ type }) => type === RING_EVENT_TYPE)).toEqual([]);
  audit.add = add;
  await ringing();
});

test('a ring whose sending nobody knows the end of is forgotten with the others of its time', async () => {
  await haveCalled();
  const { rings } = backend.backend.store;
  rings.markSent = () => Promise.reject(new Error('the process dies here'));
  await ring();
  const [open] = await rings.listOpen(ORACLE_DID);
  await rings.prune(open?.overAt ?? 0);
  expect(await rings.listOpen(ORACLE_DID)).toHaveLength(1);
  await rings.prune((open?.overAt ?? 0) + 1);
  expect(await rings.listOpen(ORACLE_DID)).toEqual([]);
});

test('who has never called this oracle cannot be rung by it; with a call, they can', async () => {
  expectProblem(await ring(), 403, 'ERR_RING_STRANGER');
  expect(backend.matrix.sent).toEqual([]);
  await haveCalled();
  expect((await ring()).status).toBe(200);
});

test('a call to one oracle lets no other oracle of the same backend ring', async () => {
  await haveCalled();
  expectProblem(await ring({}, FOREIGN_AGENT_KEY), 403, 'ERR_RING_STRANGER');
  expect(backend.otherMatrix.sent).toEqual([]);
});

test('a person who has deleted all calls to the oracle cannot be rung any more', async () => {
  await haveCalled();
  const [call] = await backend.backend.store.calls.list({ matrixUserId: ALICE, limit: 1 });
  const token = await backend.session(ALICE);
  expect((await backend.request('DELETE', `/calls/${call?.callId ?? ''}`, { token })).status).toBe(204);
  expectProblem(await ring(), 403, 'ERR_RING_STRANGER');
});

test('only agents ring, look and cancel, and only their own oracle’s', async () => {
  await haveCalled();
  const user = await backend.session(ALICE);
  expectProblem(await ring({}, user), 403, 'ERR_AUTH_FORBIDDEN');
  const record = await ringing();
  const path = `/rings/${record.ringId}`;
  expectProblem(await backend.request('GET', path, { token: user }), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await backend.request('GET', path, { token: FOREIGN_AGENT_KEY }), 404, 'ERR_RING_NOT_FOUND');
  expectProblem(await cancel(record, user), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await cancel(record, FOREIGN_AGENT_KEY), 404, 'ERR_RING_NOT_FOUND');
  expectProblem(await cancel({ ringId: '$nobody' }), 404, 'ERR_RING_NOT_FOUND');
  expectProblem(await cancel({ ringId: 'nobody' }), 400, 'ERR_PROTOCOL_MALFORMED');
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'ringing' });
});

test('a person of a server that is not allowed is not rung', async () => {
  expectProblem(await ring({ userId: '@alice:evil.example' }), 403, 'ERR_AUTH_HOMESERVER');
});

test('one ring of an oracle to a person at a time, and none into a call', async () => {
  const call = await backend.placeCall();
  expectProblem(await ring(), 409, 'ERR_RING_IN_PROGRESS');
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  const [one, other] = await Promise.all([ring(), ring()]);
  expect([one.status, other.status].toSorted((a, b) => a - b)).toEqual([200, 409]);
  await backend.pass(OVER_MS);
  expect((await ring()).status).toBe(200);
});

test('an oracle rings one person so often and no more, and others all the same', async () => {
  await haveCalled();
  await haveCalled({ sender: MALLORY, matrixRoomId: MALLORY_ROOM });
  for (let count = 0; count < RATE_LIMIT_DEFAULTS.ring.count; count += 1) await cancel(await ringing());
  expectProblem(await ring(), 429, 'ERR_RATE_LIMITED');
  expect((await ring({ userId: MALLORY })).status).toBe(200);
});

test.each([
  ['ERR_MATRIX_MEMBERS', 409, 'ERR_RING_UNREACHABLE'],
  ['ERR_MATRIX_CROSS_SIGNING', 409, 'ERR_RING_UNREACHABLE'],
  ['ERR_MATRIX_SEND', 502, 'ERR_UPSTREAM_HOMESERVER'],
] as const)('a room that refuses with %s rings nobody, and the next ring may', async (code, status, told_) => {
  await haveCalled();
  backend.matrix.failure = new OracleCallError(code);
  expectProblem(await ring(), status, told_);
  backend.matrix.failure = undefined;
  expect((await ring()).status).toBe(200);
});

test('every ring, cancel and refusal is in the audit log under its key', async () => {
  expectProblem(await ring(), 403, 'ERR_RING_STRANGER');
  await haveCalled();
  await cancel(await ringing());
  const entries = await backend.backend.store.audit.list({ limit: 10 });
  expect(entries.map(({ action, code, keyId, oracleDid }) => ({ action, code, keyId, oracleDid }))).toEqual([
    { action: 'ring', code: 'ERR_RING_STRANGER', keyId: 'agent-1', oracleDid: ORACLE_DID },
    { action: 'ring', code: undefined, keyId: 'agent-1', oracleDid: ORACLE_DID },
    { action: 'ring-cancel', code: undefined, keyId: 'agent-1', oracleDid: ORACLE_DID },
  ]);
});

test('a call whose signed context names the ring accepts it, and the room is told', async () => {
  await haveCalled();
  const record = await ringing();
  const call = await placeAnswering(record.ringId);
  expect(await backend.statusOf(call)).toBe('pending');
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'accepted', callId: call.callId });
  expect(parseRingAnswer(backend.matrix.sent.at(-1)?.content)).toMatchObject({
    ringEventId: record.ringId,
    ringStatus: 'accepted',
    callId: call.callId,
  });
  await backend.pass(OVER_MS);
  expect(told()).toEqual(['accepted']);
  expectProblem(await cancel(record), 409, 'ERR_RING_OVER');
});

test('a person who is faster than Matrix’s answer to the oracle accepts all the same', async () => {
  await haveCalled();
  const sendEvent = backend.matrix.sendEvent.bind(backend.matrix);
  const { promise: isAnswered, resolve: answerNow } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<MatrixEventId>();
  backend.matrix.sendEvent = async (...args) => {
    const eventId = await sendEvent(...args);
    if (args[1] === RING_EVENT_TYPE) arrive(eventId);
    await isAnswered;
    return eventId;
  };
  const asked = ring();
  const call = await prepareAnswering(await arrived);
  backend.matrix.deliver(call.event);
  await backend.clock.settle();
  expect(await backend.statusOf(call)).toBeUndefined();
  answerNow();
  await asked;
  await backend.backend.settled();
  expect(await backend.statusOf(call)).toBe('pending');
});

test.each<[string, (record: RingRecord) => Promise<unknown>]>([
  ['lapsed', () => backend.pass(OVER_MS)],
  ['cancelled', (record) => cancel(record)],
  ['declined', (record) => giveAnswer(record)],
  ['already accepted', (record) => placeAnswering(record.ringId)],
])('a call that names a ring that was %s is refused; before, the same call is taken', async (_words, end) => {
  await haveCalled();
  const twin = await ringing();
  expect(await backend.statusOf(await placeAnswering(twin.ringId))).toBe('pending');
  const [live] = await backend.backend.store.calls.listLive();
  if (live !== undefined) await backend.backend.calls.end(live, 'hangup', 'user');
  const record = await ringing();
  await end(record);
  const call = await placeAnswering(record.ringId);
  expect(await backend.statusOf(call)).toBeUndefined();
  expectProblem(await backend.sync(call), 409, 'ERR_RING_OVER');
});

test('a call that names a ring that there never was, or somebody else’s, is refused', async () => {
  await haveCalled();
  await haveCalled({ sender: MALLORY, matrixRoomId: MALLORY_ROOM });
  const unknown = await placeAnswering(parseMatrixEventId('$never-sent'));
  expectProblem(await backend.sync(unknown), 409, 'ERR_RING_OVER');
  const record = await ringing();
  const stolen = await placeAnswering(record.ringId, { sender: MALLORY, matrixRoomId: MALLORY_ROOM });
  expectProblem(await backend.sync(stolen, MALLORY), 409, 'ERR_RING_OVER');
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'ringing' });
  // The twin: the same call by the one who was rung.
  expect(await backend.statusOf(await placeAnswering(record.ringId))).toBe('pending');
});

test('of two calls that accept at once one is taken', async () => {
  await haveCalled();
  const record = await ringing();
  const calls = await Promise.all([prepareAnswering(record.ringId), prepareAnswering(record.ringId)]);
  for (const call of calls) backend.matrix.deliver(call.event);
  await backend.backend.settled();
  const statuses = await Promise.all(calls.map((call) => backend.statusOf(call)));
  expect(statuses.filter((status) => status === 'pending')).toHaveLength(1);
});

test('the person declines, and nobody tells it again', async () => {
  await haveCalled();
  const record = await ringing();
  await giveAnswer(record);
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'declined' });
  await backend.pass(OVER_MS);
  expect(told()).toEqual([]);
});

test.each<[string, Parameters<typeof giveAnswer>[1]]>([
  ['by somebody else', { sender: MALLORY }],
  ['from another room', { matrixRoomId: MALLORY_ROOM }],
  ['whose relation names another event', { about: parseMatrixEventId('$another') }],
  ['of the oracle’s kind', { ringStatus: 'cancelled' }],
  ['by the oracle itself', { sender: ORACLE }],
])('an answer %s changes nothing; the person’s own does', async (_words, forged) => {
  await haveCalled();
  const record = await ringing();
  await giveAnswer(record, forged);
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'ringing' });
  await giveAnswer(record);
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'declined' });
});

test('a ring lapses when no device rings any more, and the room is told', async () => {
  await haveCalled();
  const record = await ringing();
  await backend.pass(OVER_MS - 1);
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'ringing' });
  await backend.pass(1);
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'lapsed' });
  expect(told()).toEqual(['lapsed']);
});

test('the oracle takes a ring back once, and the room is told', async () => {
  await haveCalled();
  const record = await ringing();
  expect((await cancel(record)).body).toMatchObject({ ringStatus: 'cancelled', ringId: record.ringId });
  await backend.backend.settled();
  expect(told()).toEqual(['cancelled']);
  expectProblem(await cancel(record), 409, 'ERR_RING_OVER');
});

test('a restart loses no ring: it lapses in its time, can be accepted, and what came meanwhile counts', async () => {
  await haveCalled();
  const declined = await ringing();
  await backend.kill();
  const content = createRingAnswer({
    ...{ ringEventId: declined.ringId, ringStatus: 'declined', answeredAt: '2026-01-01T10:00:01.000Z' },
  });
  // Its delivery was lost with the process.
  backend.matrix.put({ matrixRoomId: ALICE_ROOM, sender: ALICE, type: RING_ANSWER_EVENT_TYPE, content });
  await backend.open();
  expect(await recordOf(declined)).toMatchObject({ ringStatus: 'declined' });
  const accepted = await ringing();
  await backend.restart();
  expect(await backend.statusOf(await placeAnswering(accepted.ringId))).toBe('pending');
});

test('a ring whose time passed while the backend was down has lapsed at the start', async () => {
  await haveCalled();
  const record = await ringing();
  await backend.kill();
  await backend.clock.advance(OVER_MS + 1);
  await backend.open();
  await backend.pass(0);
  expect(await recordOf(record)).toMatchObject({ ringStatus: 'lapsed' });
  expect(told()).toEqual(['lapsed']);
});

test('a ring that may have left when the process died is sent again under its transaction id: once for everybody', async () => {
  await haveCalled();
  backend.backend.store.rings.markSent = () => Promise.reject(new Error('the process dies here'));
  expect((await ring()).status).toBe(500);
  await backend.restart();
  expect(backend.matrix.sent.filter(({ type }) => type === RING_EVENT_TYPE)).toHaveLength(1);
  expect(await backend.backend.store.rings.listOpen(ORACLE_DID)).toMatchObject([{ state: 'ringing' }]);
});

test('what the oracle’s side owes its room is told after a restart, once', async () => {
  await haveCalled();
  const record = await ringing();
  backend.matrix.failure = new OracleCallError('ERR_UPSTREAM_HOMESERVER');
  await cancel(record);
  await backend.kill();
  backend.matrix.failure = undefined;
  await backend.open();
  await backend.restart();
  expect(told()).toEqual(['cancelled']);
});

test('a backend that drains begins no ring', async () => {
  await haveCalled();
  await backend.backend.drain({ maxMs: 0, signal: AbortSignal.abort() });
  expectProblem(await ring(), 503, 'ERR_UPSTREAM_DRAINING');
});

test('a person on two oracles of one backend is rung by each in its own room', async () => {
  await haveCalled();
  const other = backend.prepareCall({ oracleDid: OTHER_ORACLE_DID }, { matrixRoomId: MALLORY_ROOM });
  backend.otherMatrix.deliver(other.event);
  await backend.backend.settled();
  await backend.update(other, await backend.session(ALICE), { callStatus: 'ended' });
  await ringing();
  expect((await ring({}, FOREIGN_AGENT_KEY)).status).toBe(200);
  const roomOf = (sent: typeof backend.matrix.sent): string | undefined =>
    sent.find(({ type }) => type === RING_EVENT_TYPE)?.matrixRoomId;
  expect(roomOf(backend.matrix.sent)).toBe(ALICE_ROOM);
  expect(roomOf(backend.otherMatrix.sent)).toBe(MALLORY_ROOM);
});

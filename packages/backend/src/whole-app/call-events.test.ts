import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALL_EVENT_MAX_LENGTH, createSfuRoomName, type ErrorCode } from '@oracle-calls/protocol';
import { EVENT_WAIT_MS } from '@oracle-calls/protocol/http';
import { ACTIVE_ANSWER_DELAY_MS } from '../answers/answer-outbox.ts';
import { CLOCK_SKEW_MAX_MS } from '../matrix-listener/call-intake.ts';
import {
  ALICE,
  ALICE_ROOM,
  expectProblem,
  MALLORY,
  MALLORY_ROOM,
  ORACLE,
  OTHER_ORACLE_DID,
  TestBackend,
} from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

const at = (ms: number): string => new Date(ms).toISOString();

test('a call event makes a pending call of its verified sender', async () => {
  const call = await backend.placeCall({ agentVoice: 'joe', language: 'en-GB' });
  expect(await backend.backend.store.calls.findById(call.callId)).toMatchObject({
    callStatus: 'pending',
    matrixUserId: ALICE,
    matrixRoomId: ALICE_ROOM,
    agentVoice: 'joe',
    language: 'en-GB',
  });
});

test('an event that was refused is not looked at again', async () => {
  const call = await backend.placeCall({ oracleDid: OTHER_ORACLE_DID });
  backend.matrix.deliver(call.event);
  await backend.backend.settled();
  expect(backend.logged('call event refused')).toHaveLength(1);
});

test('an event that is delivered twice makes one call', async () => {
  const call = await backend.placeCall();
  await backend.sync(call);
  backend.matrix.deliver(call.event);
  await backend.backend.settled();
  expect(await backend.statusOf(call)).toBe('active');
  expect(backend.logged('call accepted')).toHaveLength(1);
  expect(backend.logged('call event refused')).toEqual([]);
});

const now = Date.UTC(2026, 0, 1, 10);
const refusals: readonly [string, Record<string, unknown>, number, ErrorCode][] = [
  ['without a sealed key', { encryptionKey: undefined }, 400, 'ERR_PROTOCOL_MALFORMED'],
  ['with a sealed key that is no hex', { encryptionKey: 'hello' }, 400, 'ERR_PROTOCOL_MALFORMED'],
  ['of an unknown type of call', { callType: 'smell' }, 400, 'ERR_PROTOCOL_MALFORMED'],
  ['of an unknown version', { v: 2 }, 400, 'ERR_PROTOCOL_UNKNOWN_VERSION'],
  ['that is too large', { filler: 'x'.repeat(CALL_EVENT_MAX_LENGTH) }, 413, 'ERR_PROTOCOL_TOO_LARGE'],
  ['for another oracle', { oracleDid: OTHER_ORACLE_DID }, 403, 'ERR_AUTH_FORBIDDEN'],
  ['that begins active', { callStatus: 'active' }, 409, 'ERR_CALL_TRANSITION'],
  ['that begins ended', { callStatus: 'ended' }, 409, 'ERR_CALL_TRANSITION'],
  ['with a call id of another event', { callId: '$another@lk-room' }, 400, 'ERR_PROTOCOL_CALL_ID'],
  ['from the past', { callStartedAt: at(now - CLOCK_SKEW_MAX_MS - 1) }, 422, 'ERR_CALL_CLOCK'],
  ['from the future', { callStartedAt: at(now + CLOCK_SKEW_MAX_MS + 1) }, 422, 'ERR_CALL_CLOCK'],
];

test.each(refusals)('a call event %s is refused, and its sender is told', async (_words, changes, status, code) => {
  const call = await backend.placeCall(changes);
  expect(await backend.statusOf(call)).toBeUndefined();
  expect(backend.logged('call event refused')).toMatchObject([{ code, eventId: call.eventId }]);
  expectProblem(await backend.sync(call), status, code);
  expect(backend.matrix.sent).toEqual([]);
});

test('why an event was refused is told to its sender only', async () => {
  const call = await backend.placeCall({ oracleDid: OTHER_ORACLE_DID });
  await backend.session(MALLORY);
  const timers = backend.clock.pendingTimers;
  const answer = backend.sync(call, MALLORY);
  await backend.untilWaiting(timers);
  await backend.clock.advance(EVENT_WAIT_MS);
  expectProblem(await answer, 404, 'ERR_MATRIX_EVENT_NOT_FOUND');
});

test('an event that is refused while its sender waits ends the waiting', async () => {
  const call = backend.prepareCall({ oracleDid: OTHER_ORACLE_DID });
  await backend.session(ALICE);
  const timers = backend.clock.pendingTimers;
  const answer = backend.sync(call);
  await backend.untilWaiting(timers);
  backend.matrix.deliver(call.event);
  expectProblem(await answer, 403, 'ERR_AUTH_FORBIDDEN');
});

test('clocks may differ by the bound, and no more, from the homeserver’s too', async () => {
  const late = at(now - CLOCK_SKEW_MAX_MS);
  expect(await backend.statusOf(await backend.placeCall({ callStartedAt: late }))).toBe('pending');
  const stamped = await backend.placeCall({}, { originServerAt: now + CLOCK_SKEW_MAX_MS + 1 });
  expectProblem(await backend.sync(stamped), 422, 'ERR_CALL_CLOCK');
  for (const then of [now - CLOCK_SKEW_MAX_MS - 1, now + CLOCK_SKEW_MAX_MS + 1]) {
    const agreed = await backend.placeCall({ callStartedAt: at(then) }, { originServerAt: then });
    expectProblem(await backend.sync(agreed), 422, 'ERR_CALL_CLOCK');
  }
});

test('a user of a server that is not allowed calls nobody', async () => {
  const call = await backend.placeCall({}, { sender: '@alice:evil.example' as typeof ALICE });
  expect(await backend.statusOf(call)).toBeUndefined();
  expect(backend.logged('call event refused')).toMatchObject([{ code: 'ERR_AUTH_HOMESERVER' }]);
});

test('an event of another type is nobody’s call', async () => {
  const call = await backend.placeCall({}, { type: 'm.room.message' });
  expect(await backend.statusOf(call)).toBeUndefined();
  expect(backend.logged('call event refused')).toEqual([]);
});

test('the oracle’s own events are not calls', async () => {
  const call = await backend.placeCall({}, { sender: ORACLE });
  expect(await backend.statusOf(call)).toBeUndefined();
});

test('a replay of an event into another room is refused, and the call stays as it is', async () => {
  const call = await backend.placeCall();
  const replay = await backend.placeCall(call.content, { sender: MALLORY, matrixRoomId: MALLORY_ROOM });
  expect(await backend.statusOf(replay)).toBeUndefined();
  expect(backend.logged('call event refused')).toMatchObject([{ code: 'ERR_CALL_REPLAYED' }]);
  expectProblem(await backend.sync(replay, MALLORY), 409, 'ERR_CALL_REPLAYED');
  expect((await backend.sync(call)).status).toBe(200);
});

test('an envelope is accepted once, also under another SFU room and in other letters', async () => {
  const { content } = await backend.placeCall();
  const encryptionKey = String(content['encryptionKey']).toUpperCase();
  const replay = await backend.placeCall({ encryptionKey }, { sender: MALLORY, matrixRoomId: MALLORY_ROOM });
  expectProblem(await backend.sync(replay, MALLORY), 409, 'ERR_CALL_REPLAYED');
});

test('an SFU room that somebody else asked for cannot be called into', async () => {
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  const call = await backend.placeCall({ roomId: sfuRoomName }, { sender: MALLORY, matrixRoomId: MALLORY_ROOM });
  expectProblem(await backend.sync(call, MALLORY), 409, 'ERR_CALL_REPLAYED');
  const own = await backend.placeCall({ roomId: sfuRoomName });
  expect((await backend.sync(own)).status).toBe(200);
});

test('the sender’s edit that adds the call id changes nothing else', async () => {
  const call = await backend.placeCall();
  await backend.edit(call, {});
  expect(await backend.statusOf(call)).toBe('pending');
  expect(backend.logged('call edit ignored')).toEqual([]);
});

test('the sender’s edit to ended ends the call with its reason, without an answer', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.edit(call, { callStatus: 'ended', endReason: 'cancelled' });
  expect(await backend.endReasonOf(call)).toBe('cancelled');
  expect(backend.matrix.sent).toEqual([]);
  expect(backend.sfu.rooms.size).toBe(0);
});

test('an edit to ended without a reason, or with one that is not the user’s to give, is a hang-up', async () => {
  for (const changes of [{}, { endReason: 'expired' }, { endReason: 'invalid-authentication' }]) {
    const call = await backend.placeCall();
    await backend.edit(call, { callStatus: 'ended', ...changes });
    expect(await backend.endReasonOf(call)).toBe('hangup');
  }
});

test('the sender’s edit to active is as good as a sync', async () => {
  const call = await backend.placeCall();
  await backend.edit(call, { callStatus: 'active' });
  expect(await backend.statusOf(call)).toBe('active');
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  expect(backend.matrix.sent).toHaveLength(1);
});

const ended = { callStatus: 'ended' } as const;
type Edit = Parameters<TestBackend['edit']>;
const badEdits: readonly [string, Edit[1], NonNullable<Edit[2]>, ErrorCode][] = [
  ['by somebody else', ended, { sender: MALLORY }, 'ERR_AUTH_FORBIDDEN'],
  ['in another room', ended, { matrixRoomId: MALLORY_ROOM }, 'ERR_CALL_REPLAYED'],
  ['with another call id', { ...ended, callId: '$another@room' }, {}, 'ERR_PROTOCOL_CALL_ID'],
  ['without a call id', { ...ended, callId: undefined }, {}, 'ERR_PROTOCOL_CALL_ID'],
  ['of the sealed key', { ...ended, encryptionKey: '04ff' }, {}, 'ERR_AUTH_FORBIDDEN'],
  ['of the type of call', { ...ended, callType: 'video' }, {}, 'ERR_AUTH_FORBIDDEN'],
  ['of the beginning', { ...ended, callStartedAt: at(now + 1) }, {}, 'ERR_AUTH_FORBIDDEN'],
  ['of the session', { ...ended, sessionId: 'another' }, {}, 'ERR_AUTH_FORBIDDEN'],
  ['of the SFU room', { ...ended, roomId: 'lk-another' }, {}, 'ERR_AUTH_FORBIDDEN'],
  ['of the user', { ...ended, userDid: 'did:ixo:another' }, {}, 'ERR_AUTH_FORBIDDEN'],
  ['of the oracle', { ...ended, oracleDid: OTHER_ORACLE_DID }, {}, 'ERR_AUTH_FORBIDDEN'],
  ['that is malformed', { callStatus: 'over' }, {}, 'ERR_PROTOCOL_MALFORMED'],
  ['of an unknown version', { ...ended, v: 7 }, {}, 'ERR_PROTOCOL_UNKNOWN_VERSION'],
  ['without new content', {}, { content: { 'm.relates_to': {} } }, 'ERR_PROTOCOL_MALFORMED'],
  ['that is too large', { ...ended, filler: 'x'.repeat(CALL_EVENT_MAX_LENGTH) }, {}, 'ERR_PROTOCOL_TOO_LARGE'],
];

test.each(badEdits)('an edit %s is ignored', async (_words, changes, event, code) => {
  const call = await backend.placeCall();
  const content =
    event.content === undefined
      ? {}
      : { content: { 'm.relates_to': { rel_type: 'm.replace', event_id: call.eventId } } };
  await backend.edit(call, changes, { ...event, ...content });
  expect(await backend.statusOf(call)).toBe('pending');
  expect(backend.logged('call edit ignored')).toMatchObject([{ code }]);
});

test('an edit of another event type is not looked at', async () => {
  const call = await backend.placeCall();
  await backend.edit(call, ended, { type: 'm.room.message' });
  expect(await backend.statusOf(call)).toBe('pending');
});

test('new content without the relation of an edit, and another relation, change nothing', async () => {
  const call = await backend.placeCall();
  const newContent = { ...call.content, callId: call.callId, ...ended };
  await backend.edit(call, {}, { content: { 'm.new_content': newContent } });
  const relation = { rel_type: 'm.reference', event_id: call.eventId };
  await backend.edit(call, {}, { content: { 'm.new_content': newContent, 'm.relates_to': relation } });
  expect(await backend.statusOf(call)).toBe('pending');
  expect(backend.logged('call edit ignored')).toMatchObject([
    { code: 'ERR_PROTOCOL_MALFORMED' },
    { code: 'ERR_PROTOCOL_MALFORMED' },
  ]);
});

test('the status never goes backwards', async () => {
  const call = await backend.placeCall();
  await backend.edit(call, ended);
  await backend.edit(call, { callStatus: 'active' });
  await backend.edit(call, { callStatus: 'pending' });
  expect(await backend.statusOf(call)).toBe('ended');
  expect(backend.logged('call edit ignored')).toMatchObject([
    { code: 'ERR_CALL_TRANSITION', level: 'warn' },
    { code: 'ERR_CALL_TRANSITION', level: 'debug' },
  ]);
});

test('an edit that is delivered before its event is not lost', async () => {
  const call = backend.prepareCall();
  await backend.edit(call, { callStatus: 'ended', endReason: 'cancelled' });
  expect(await backend.statusOf(call)).toBeUndefined();
  backend.matrix.deliver(call.event);
  await backend.backend.settled();
  expect(await backend.endReasonOf(call)).toBe('cancelled');
});

test('an edit of an event that was refused, or of no event, is ignored', async () => {
  const call = await backend.placeCall({ oracleDid: OTHER_ORACLE_DID });
  await backend.edit(call, ended);
  const noEvent = { 'm.relates_to': { rel_type: 'm.replace', event_id: 'no event' }, 'm.new_content': {} };
  await backend.edit(call, {}, { content: noEvent });
  expect(backend.logged('call edit ignored')).toMatchObject([
    { code: 'ERR_CALL_NOT_FOUND' },
    { code: 'ERR_CALL_NOT_FOUND' },
  ]);
});

test('edits of events that never come do not fill the memory: the oldest are forgotten', async () => {
  const calls = Array.from({ length: 300 }, () => backend.prepareCall());
  for (const call of calls) backend.matrix.receive(backend.editOf(call, ended));
  await backend.backend.settled();
  const [oldest, newest] = [calls.at(0), calls.at(-1)];
  if (oldest === undefined || newest === undefined) throw new Error('No calls.');
  for (const call of [oldest, newest]) backend.matrix.deliver(call.event);
  await backend.backend.settled();
  expect(await backend.statusOf(newest)).toBe('ended');
  expect(await backend.statusOf(oldest)).toBe('pending');
});

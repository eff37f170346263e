import { afterEach, beforeEach, expect, test } from 'vitest';
import { VANISH_MS } from '../sfu/presence-watch.ts';
import { ALICE, expectProblem, TestBackend, type PlacedCall } from './test-backend.ts';

let backend: TestBackend;
let call: PlacedCall;
let identity: string;
let webhookCount = 0;

beforeEach(async () => {
  backend = await TestBackend.start();
  call = await backend.placeCall();
  ({ identity } = await backend.joinBoth(ALICE, call.sfuRoomName));
  await backend.sync(call);
  await backend.backend.settled();
});
afterEach(() => backend[Symbol.asyncDispose]());

/** A webhook about somebody in the call's room. */
function event(name: string, who?: string, kind = 'STANDARD'): object {
  webhookCount += 1;
  return {
    id: `EV_${String(webhookCount)}`,
    event: name,
    room: { name: call.sfuRoomName },
    ...(who === undefined ? {} : { participant: { identity: who, kind } }),
  };
}

function leave(who: string): void {
  const room = backend.sfu.rooms.get(call.sfuRoomName);
  const index = room?.participants.findIndex((participant) => participant.identity === who) ?? -1;
  room?.participants.splice(index, 1);
}

test('a user who vanishes has 15 s to come back', async () => {
  leave(identity);
  expect((await backend.webhook(event('participant_left', identity))).status).toBe(204);
  await backend.pass(VANISH_MS - 1);
  expect(await backend.statusOf(call)).toBe('active');
  await backend.pass(1);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
  expect(backend.sfu.rooms.size).toBe(0);
  expect(backend.matrix.sent.at(-1)?.content).toMatchObject({ callStatus: 'ended', endReason: 'connection-lost' });
});

test('a user who comes back keeps the call', async () => {
  await backend.webhook(event('participant_left', identity));
  await backend.pass(VANISH_MS - 1);
  await backend.webhook(event('participant_joined', identity));
  await backend.pass(VANISH_MS * 2);
  expect(await backend.statusOf(call)).toBe('active');
});

test('a user whose coming back was not told, or told late, keeps the call', async () => {
  await backend.webhook(event('participant_left', identity));
  await backend.pass(VANISH_MS);
  expect(await backend.statusOf(call)).toBe('active');
});

test('an agent that vanishes ends the call too', async () => {
  leave('agent-AJ_1');
  await backend.webhook(event('participant_left', 'agent-AJ_1', 'AGENT'));
  await backend.pass(VANISH_MS);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('a new agent takes the place of one that vanished', async () => {
  leave('agent-AJ_1');
  await backend.webhook(event('participant_left', 'agent-AJ_1', 'AGENT'));
  await backend.webhook(event('participant_joined', 'agent-AJ_2', 'AGENT'));
  await backend.pass(VANISH_MS);
  expect(await backend.statusOf(call)).toBe('active');
});

test('a connection that the SFU gave up is a vanishing', async () => {
  leave(identity);
  await backend.webhook(event('participant_connection_aborted', identity));
  await backend.pass(VANISH_MS);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('a room that is finished is a vanishing of both', async () => {
  backend.sfu.rooms.delete(call.sfuRoomName);
  await backend.webhook(event('room_finished'));
  await backend.pass(VANISH_MS);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('strangers, other events and rooms of others end nothing', async () => {
  leave(identity);
  const timers = backend.clock.pendingTimers;
  await backend.webhook(event('participant_left', 'a-stranger'));
  await backend.webhook(event('track_published', identity));
  await backend.webhook({ ...event('participant_left', identity), room: { name: 'somebody-elses' } });
  await backend.webhook({ ...event('participant_left', identity), room: { name: 'not ours/' } });
  await backend.webhook({ id: 'EV_egress', event: 'egress_started' });
  expect(backend.clock.pendingTimers).toBe(timers);
  await backend.pass(VANISH_MS);
  expect(await backend.statusOf(call)).toBe('active');
});

test('a repeated webhook is accepted and does nothing', async () => {
  const left = event('participant_left', identity);
  leave(identity);
  await backend.webhook(left);
  await backend.pass(VANISH_MS - 1);
  // Taken again, it would give another 15 s.
  expect((await backend.webhook(left)).status).toBe(204);
  await backend.pass(1);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
  await backend.restart();
  expect((await backend.webhook(left)).status).toBe(204);
  expect(backend.logged('webhook repeated')).toHaveLength(2);
});

test('a webhook that could not be worked off is worked off when it is repeated', async () => {
  const left = event('participant_left', identity);
  leave(identity);
  const { sfuRooms } = backend.backend.store;
  const find = sfuRooms.find.bind(sfuRooms);
  sfuRooms.find = () => Promise.reject(new TypeError('broken'));
  expectProblem(await backend.webhook(left), 500, 'ERR_INTERNAL');
  sfuRooms.find = find;
  expect((await backend.webhook(left)).status).toBe(204);
  await backend.pass(VANISH_MS);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('a webhook without a good signature is refused', async () => {
  leave(identity);
  const left = event('participant_left', identity);
  expectProblem(await backend.webhook(left, 'another-secret-that-is-long-enough-as-well'), 401, 'ERR_AUTH_INVALID');
  const post = (headers: Record<string, string>) =>
    backend.request('POST', '/livekit/webhook', { body: JSON.stringify(left), headers });
  expectProblem(await post({}), 401, 'ERR_AUTH_MISSING');
  expectProblem(await post({ authorization: 'hello' }), 401, 'ERR_AUTH_INVALID');
  await backend.pass(VANISH_MS);
  expect(await backend.statusOf(call)).toBe('active');
});

test('a signed webhook without an id is malformed', async () => {
  expectProblem(await backend.webhook({ event: 'room_finished' }), 400, 'ERR_PROTOCOL_MALFORMED');
});

test('an SFU that cannot say who is there takes nobody’s call', async () => {
  leave(identity);
  await backend.webhook(event('participant_left', identity));
  backend.sfu.isDown = true;
  await backend.pass(VANISH_MS * 2);
  expect(await backend.statusOf(call)).toBe('active');
  backend.sfu.isDown = false;
  await backend.pass(VANISH_MS);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('a vanishing after the end of the call starts no timer', async () => {
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  const timers = backend.clock.pendingTimers;
  await backend.webhook(event('participant_left', identity));
  await backend.webhook(event('room_finished'));
  expect(backend.clock.pendingTimers).toBe(timers);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSfuRoomName } from '@oracle-calls/protocol';
import { JOIN_TOKEN_TTL_MS, OPEN_ROOMS_MAX } from '../join/join-service.ts';
import { ORPHAN_ROOM_MS } from '../sfu/room-keeper.ts';
import { CLOSED_ROOM_MEMORY_MS } from '../store/pruning.ts';
import { ALICE, expectProblem, MALLORY, OTHER_ORACLE_DID, TestBackend, type PlacedCall } from './test-backend.ts';

const HOUR_MS = 60 * 60_000;

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test('POST /join-token makes the room, dispatches the agent with a ticket only and lets the asker in', async () => {
  const sfuRoomName = createSfuRoomName();
  const { status, body } = await backend.join(ALICE, sfuRoomName);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    url: 'ws://sfu.example:7880',
    identity: expect.stringMatching(/^u-[0-9a-f]{32}$/) as string,
    expiresAt: new Date(backend.clock.now() + JOIN_TOKEN_TTL_MS).toISOString(),
  });
  expect(backend.sfu.log).toEqual([`create ${sfuRoomName}`]);
  expect(backend.ticketOf(sfuRoomName)).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('the same asker gets a new token for the same identity, and no second room or agent', async () => {
  const sfuRoomName = createSfuRoomName();
  const one = await backend.join(ALICE, sfuRoomName);
  const ticket = backend.ticketOf(sfuRoomName);
  await backend.restart();
  const other = await backend.join(ALICE, sfuRoomName);
  expect(other.status).toBe(200);
  expect(other.body).toMatchObject({ identity: (one.body as { identity: string }).identity });
  expect(backend.ticketOf(sfuRoomName)).toBe(ticket);
  expect(backend.sfu.log).toEqual([`create ${sfuRoomName}`]);
});

test('two requests at once make one room, and the token is made while the room is', async () => {
  const sfuRoomName = createSfuRoomName();
  await backend.session(ALICE);
  const hold = Promise.withResolvers<void>();
  backend.sfu.holdCreation = hold.promise;
  let tokens = 0;
  const makeToken = backend.sfu.createJoinToken.bind(backend.sfu);
  backend.sfu.createJoinToken = (request) => {
    tokens += 1;
    return makeToken(request);
  };
  const answers = Promise.all([backend.join(ALICE, sfuRoomName), backend.join(ALICE, sfuRoomName)]);
  for (let turn = 0; turn < 100 && tokens < 2; turn += 1) await backend.clock.settle();
  expect(tokens).toBe(2);
  hold.resolve();
  expect((await answers).map((answer) => answer.status)).toEqual([200, 200]);
  expect(backend.sfu.log).toEqual([`create ${sfuRoomName}`]);
});

test('a room name belongs to its first asker', async () => {
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  expectProblem(await backend.join(MALLORY, sfuRoomName), 409, 'ERR_CALL_REPLAYED');
});

test('a room name of a call event belongs to its sender, though nobody asked yet', async () => {
  const { sfuRoomName } = await backend.placeCall();
  expectProblem(await backend.join(MALLORY, sfuRoomName), 409, 'ERR_CALL_REPLAYED');
  expect((await backend.join(ALICE, sfuRoomName)).status).toBe(200);
});

test('another oracle is not served', async () => {
  const answer = await backend.join(ALICE, createSfuRoomName(), OTHER_ORACLE_DID);
  expectProblem(answer, 403, 'ERR_AUTH_FORBIDDEN');
  expect(backend.sfu.log).toEqual([]);
});

test('after the call has ended there is no way into its room', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  expect(backend.sfu.rooms.size).toBe(0);
  expectProblem(await backend.join(ALICE, call.sfuRoomName), 410, 'ERR_CALL_ENDED');
  expectProblem(await backend.join(MALLORY, call.sfuRoomName), 409, 'ERR_CALL_REPLAYED');
});

test('an SFU that is down is said so, and the same asker may try again with a fresh agent', async () => {
  const sfuRoomName = createSfuRoomName();
  backend.sfu.isDown = true;
  expectProblem(await backend.join(ALICE, sfuRoomName), 502, 'ERR_UPSTREAM_SFU');
  backend.sfu.isDown = false;
  expect((await backend.join(ALICE, sfuRoomName)).status).toBe(200);
  // The first attempt may have made a room without our knowing: it is deleted before the second is made.
  expect(backend.sfu.log).toEqual([`create ${sfuRoomName}`, `delete ${sfuRoomName}`, `create ${sfuRoomName}`]);
  const { sfuRoomName: name } = await backend.placeCall({ roomId: sfuRoomName });
  expect((await backend.claim(name, backend.ticketOf(name))).status).toBe(200);
});

test('an SFU room without a call event is deleted, and is nobody’s any more', async () => {
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  await backend.pass(ORPHAN_ROOM_MS - 1);
  expect(backend.sfu.rooms.size).toBe(1);
  await backend.pass(1);
  expect(backend.sfu.rooms.size).toBe(0);
  expectProblem(await backend.join(ALICE, sfuRoomName), 410, 'ERR_CALL_ENDED');
});

test('a call event that comes after its room was given up is a call that has ended', async () => {
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  await backend.pass(ORPHAN_ROOM_MS);
  const call = await backend.placeCall({ roomId: sfuRoomName });
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
  expectProblem(await backend.sync(call), 410, 'ERR_CALL_ENDED');
  expect(backend.matrix.sent).toHaveLength(1);
});

test('a room with a call event is not deleted', async () => {
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  await backend.placeCall({ roomId: sfuRoomName });
  await backend.pass(ORPHAN_ROOM_MS * 2);
  expect(backend.sfu.rooms.size).toBe(1);
});

test('a room that the SFU could not delete is deleted when it answers again', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  backend.sfu.isDown = true;
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  expect(backend.sfu.rooms.size).toBe(1);
  backend.sfu.isDown = false;
  expectProblem(await backend.join(ALICE, call.sfuRoomName), 410, 'ERR_CALL_ENDED');
  await backend.pass(10_000);
  expect(backend.sfu.rooms.size).toBe(0);
});

/** Calls of one user, each in a room of its own with an agent. */
async function fillRooms(): Promise<PlacedCall[]> {
  const calls: PlacedCall[] = [];
  while (calls.length < OPEN_ROOMS_MAX) {
    const sfuRoomName = createSfuRoomName();
    expect((await backend.join(ALICE, sfuRoomName)).status).toBe(200);
    calls.push(await backend.placeCall({ roomId: sfuRoomName }));
  }
  return calls;
}

test('one user cannot occupy every agent: rooms that are open are counted, and nobody else waits', async () => {
  const [first] = await fillRooms();
  const dispatched = backend.sfu.log.length;
  const answer = await backend.join(ALICE, createSfuRoomName());
  expectProblem(answer, 429, 'ERR_RATE_LIMITED');
  expect(answer.headers.get('retry-after')).toBe(String(ORPHAN_ROOM_MS / 1_000));
  // Nor in a room that a call event named first.
  expectProblem(await backend.join(ALICE, (await backend.placeCall()).sfuRoomName), 429, 'ERR_RATE_LIMITED');
  expect(backend.sfu.log).toHaveLength(dispatched);
  // Of a room that is theirs already they get another token, and others get theirs.
  expect((await backend.join(ALICE, first?.sfuRoomName ?? createSfuRoomName())).status).toBe(200);
  expect((await backend.join(MALLORY, createSfuRoomName())).status).toBe(200);
});

test('of requests at once no more are let in than one after another', async () => {
  await backend.session(ALICE);
  const names = Array.from({ length: OPEN_ROOMS_MAX + 2 }, () => createSfuRoomName());
  const answers = await Promise.all(names.map((name) => backend.join(ALICE, name)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(OPEN_ROOMS_MAX);
  expect(backend.sfu.rooms.size).toBe(OPEN_ROOMS_MAX);
});

test('after a reload a user with a call in progress calls again, however often, as each call replaces the one before', async () => {
  let old: PlacedCall | undefined;
  for (let reload = 0; reload < OPEN_ROOMS_MAX * 2; reload += 1) {
    const sfuRoomName = createSfuRoomName();
    expect((await backend.join(ALICE, sfuRoomName)).status).toBe(200);
    const call = await backend.placeCall({ roomId: sfuRoomName });
    const ended = { callStatus: 'ended', endReason: 'replaced' } as const;
    if (old !== undefined) await backend.update(old, await backend.session(ALICE), ended);
    old = call;
  }
});

test('rooms without a call, and of calls that are over, count no more', async () => {
  for (let turn = 0; turn < OPEN_ROOMS_MAX; turn += 1) await backend.join(ALICE, createSfuRoomName());
  await backend.pass(ORPHAN_ROOM_MS);
  const over = await backend.placeCall();
  await backend.update(over, await backend.session(ALICE), { callStatus: 'ended' });
  // Asked for only once its call was over, such a room is never made, nor counted.
  expectProblem(await backend.join(ALICE, over.sfuRoomName), 410, 'ERR_CALL_ENDED');
  await fillRooms();
});

test('closed rooms are forgotten in the end, open ones are not; whose name it was is still known by its call', async () => {
  const [open, closed] = await fillRooms();
  if (open === undefined || closed === undefined) throw new Error('There are not enough calls.');
  await backend.update(closed, await backend.session(ALICE), { callStatus: 'ended' });
  await backend.backend.settled();
  const { sfuRooms } = backend.backend.store;
  await sfuRooms.prune(backend.clock.now());
  expect(await sfuRooms.find(closed.sfuRoomName)).toMatchObject({ closedAt: backend.clock.now() });
  await backend.pass(CLOSED_ROOM_MEMORY_MS + HOUR_MS);
  expect(await sfuRooms.find(closed.sfuRoomName)).toBeUndefined();
  expect(await sfuRooms.find(open.sfuRoomName)).toBeDefined();
  expectProblem(await backend.join(MALLORY, closed.sfuRoomName), 409, 'ERR_CALL_REPLAYED');
});

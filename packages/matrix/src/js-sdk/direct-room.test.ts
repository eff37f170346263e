import { expect, test } from 'vitest';
import { ALICE, fakeContext, MALLORY, ORACLE, ROOM, TWO } from './context.fixture.ts';
import { findOrCreateRoom } from './direct-room.ts';
import { connectionError, FakeMatrixError, type FakeRoomFacts } from './fake-sdk-client.fixture.ts';

const joined = (userId: string) => ({ userId, membership: 'join' });
const peerJoined: FakeRoomFacts = { ...TWO, members: [joined(ALICE), joined(ORACLE)] };

test('an encrypted room of exactly the two is used again, the peer joined or only invited', async () => {
  for (const facts of [TWO, peerJoined]) {
    const context = fakeContext();
    context.client.addRoom(facts);
    await expect(findOrCreateRoom(context, ORACLE)).resolves.toBe(ROOM);
    expect(context.client.created).toEqual([]);
    expect(context.client.listenerCount).toBe(0);
  }
});

test('of several rooms the newest is used', async () => {
  const context = fakeContext();
  context.client.addRoom({ ...TWO, id: '!old', createdAt: 1 });
  context.client.addRoom({ ...TWO, id: '!new', createdAt: 3 });
  context.client.addRoom({ ...TWO, id: '!middle', createdAt: 2 });
  await expect(findOrCreateRoom(context, ORACLE)).resolves.toBe('!new');
});

const unsuitable: [string, Partial<FakeRoomFacts>][] = [
  ['the peer has left', { members: [joined(ALICE), { userId: ORACLE, membership: 'leave' }] }],
  ['somebody else is there', { members: [joined(ALICE), joined(ORACLE), joined(MALLORY)] }],
  ['it is a room with somebody else', { members: [joined(ALICE), joined(MALLORY)] }],
  ['this account was only invited', { members: [{ userId: ALICE, membership: 'invite' }, joined(ORACLE)] }],
  ['it is not encrypted', { algorithm: undefined }],
  ['it is encrypted by an unknown algorithm', { algorithm: 'x.rot13' }],
  ['anybody may join it', { joinRule: 'public' }],
  ['it is a space', { isSpace: true }],
  ['it was replaced', { state: { 'm.room.tombstone': {} } }],
];

test.each(unsuitable)('a room is not used when %s', async (_name, facts) => {
  const context = fakeContext();
  context.client.addRoom({ ...TWO, ...facts });
  await expect(findOrCreateRoom(context, ORACLE)).resolves.toBe('!made-1');
});

test('a new room is private, encrypted from its first moment, direct, and gives the peer no power', async () => {
  const context = fakeContext();
  await findOrCreateRoom(context, ORACLE);
  expect(context.client.created).toEqual([
    {
      preset: 'private_chat',
      visibility: 'private',
      is_direct: true,
      invite: [ORACLE],
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    },
  ]);
});

test('a new room is listed among the direct chats, beside those that are there', async () => {
  const context = fakeContext();
  context.client.accountData.set('m.direct', { [ORACLE]: ['!older'], [MALLORY]: ['!other'] });
  await findOrCreateRoom(context, ORACLE);
  await context.clock.settle();
  expect(context.client.accountData.get('m.direct')).toEqual({
    [ORACLE]: ['!older', '!made-1'],
    [MALLORY]: ['!other'],
  });
});

test('two searches for one peer at the same time give one room', async () => {
  const context = fakeContext();
  const rooms = await Promise.all([findOrCreateRoom(context, ORACLE), findOrCreateRoom({ ...context }, ORACLE)]);
  expect(rooms).toEqual(['!made-1', '!made-1']);
  expect(context.client.created).toHaveLength(1);
  await expect(findOrCreateRoom(context, MALLORY)).resolves.toBe('!made-2');
});

test('one waiter that gives up does not take the room from the other', async () => {
  const context = fakeContext();
  const answer = Promise.withResolvers<{ room_id: string }>();
  context.client.createAnswers = [() => answer.promise];
  const controller = new AbortController();
  const gone = findOrCreateRoom(context, ORACLE, { signal: controller.signal });
  const stays = findOrCreateRoom(context, ORACLE);
  const reason = new Error('hung up');
  controller.abort(reason);
  await expect(gone).rejects.toBe(reason);
  answer.resolve({ room_id: '!made' });
  context.client.addRoom({ ...TWO, id: '!made' });
  await expect(stays).resolves.toBe('!made');
});

test('a room is handed out only once the sync shows it encrypted and the peer invited', async () => {
  const context = fakeContext();
  context.client.createAnswers = [() => Promise.resolve({ room_id: '!made' })];
  let isDone = false;
  const made = findOrCreateRoom(context, ORACLE).then((room) => {
    isDone = true;
    return room;
  });
  await context.clock.settle();
  const room = context.client.addRoom({ id: '!made', members: [joined(ALICE)] });
  context.client.emit('Room', room);
  await context.clock.settle();
  expect(isDone).toBe(false);
  room.members = TWO.members;
  context.client.emit('RoomState.events');
  await expect(made).resolves.toBe('!made');
  expect(context.clock.pendingTimers).toBe(0);
  expect(context.client.listenerCount).toBe(0);
});

test('a room that never shows is an error in bounded time', async () => {
  const context = fakeContext();
  context.client.createAnswers = [() => Promise.resolve({ room_id: '!made' })];
  const refused = expect(findOrCreateRoom(context, ORACLE)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
  await context.clock.advance(60_000);
  await refused;
});

test('nothing is searched or made before the first sync, and that wait is bounded', async () => {
  const context = fakeContext();
  context.client.syncState = null;
  const found = findOrCreateRoom(context, ORACLE);
  await context.clock.settle();
  context.client.addRoom(TWO);
  context.client.syncState = 'PREPARED';
  context.client.emit('sync', 'PREPARED');
  await expect(found).resolves.toBe(ROOM);

  context.client.syncState = null;
  const refused = expect(findOrCreateRoom(context, ORACLE)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
  await context.clock.advance(60_000);
  await refused;
});

test('a rate limit is waited out, but a creation that may have happened is never repeated', async () => {
  const limited = fakeContext();
  limited.client.createAnswers = [() => Promise.reject(new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', 1_000))];
  const made = findOrCreateRoom(limited, ORACLE);
  await limited.clock.advance(5_000);
  await expect(made).resolves.toBe('!made-2');

  const lost = fakeContext();
  lost.client.createAnswers = [() => Promise.reject(connectionError())];
  const refused = expect(findOrCreateRoom(lost, ORACLE)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
  await lost.clock.advance(60_000);
  await refused;
  expect(lost.client.created).toHaveLength(1);
});

test('a refusal, a client without crypto and a call to oneself are typed errors', async () => {
  const refused = fakeContext();
  refused.client.createAnswers = [() => Promise.reject(new FakeMatrixError(403, 'M_FORBIDDEN'))];
  await expect(findOrCreateRoom(refused, ORACLE)).rejects.toMatchObject({
    code: 'ERR_MATRIX_ROOM',
    details: { httpStatus: 403, errcode: 'M_FORBIDDEN' },
  });
  const cryptoless = fakeContext();
  cryptoless.client.hasCrypto = false;
  await expect(findOrCreateRoom(cryptoless, ORACLE)).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
  await expect(findOrCreateRoom(fakeContext(), ALICE)).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
});

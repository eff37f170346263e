import { silentLogger } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import type { RoomInvite } from '../matrix-port.ts';
import { ALICE, ORACLE, ROOM } from './context.fixture.ts';
import { FakeSdkClient, type FakeRoomFacts } from './fake-sdk-client.fixture.ts';
import { InviteFeed } from './invite-feed.ts';

const invited: FakeRoomFacts = {
  id: ROOM,
  members: [
    { userId: ORACLE, membership: 'invite' },
    { userId: ALICE, membership: 'join' },
  ],
  state: { [`m.room.member/${ORACLE}`]: { sender: ALICE, membership: 'invite', is_direct: true } },
};

function feedOfOracle() {
  const client = new FakeSdkClient(ORACLE);
  const seen: RoomInvite[] = [];
  return {
    client,
    feed: new InviteFeed(client, silentLogger),
    seen,
    note: (one: RoomInvite): void => void seen.push(one),
  };
}

test('a pending invitation is told when somebody begins to listen, with what the homeserver says of it', () => {
  const { client, feed, seen, note } = feedOfOracle();
  client.addRoom(invited);
  using _observing = feed.observe(note);
  expect(seen).toEqual([{ matrixRoomId: ROOM, inviter: ALICE, isEncrypted: true, isDirect: true }]);
});

test('an invitation that comes later is told once', () => {
  const { client, feed, seen, note } = feedOfOracle();
  using _observing = feed.observe(note);
  const room = client.addRoom({ ...invited, algorithm: undefined });
  client.emit('Room', room);
  client.emit('Room.myMembership', room);
  expect(seen).toEqual([{ matrixRoomId: ROOM, inviter: ALICE, isEncrypted: false, isDirect: true }]);
});

test('an invitation that was withdrawn and made again is told again', () => {
  const { client, feed, seen, note } = feedOfOracle();
  using _observing = feed.observe(note);
  const room = client.addRoom(invited);
  client.emit('Room', room);
  room.members = [{ userId: ORACLE, membership: 'leave' }];
  client.emit('Room.myMembership', room);
  room.members = invited.members;
  client.emit('Room.myMembership', room);
  expect(seen).toHaveLength(2);
});

test('rooms without an invitation, or with one by nobody, are not told', () => {
  const { client, feed, seen, note } = feedOfOracle();
  client.addRoom({ ...invited, id: '!joined', members: [{ userId: ORACLE, membership: 'join' }] });
  client.addRoom({ ...invited, id: '!nobody', state: {} });
  client.addRoom({ ...invited, id: '!odd', state: { [`m.room.member/${ORACLE}`]: { sender: 'alice' } } });
  using _observing = feed.observe(note);
  expect(seen).toEqual([]);
});

test('a listener that throws keeps the invitation from nobody', () => {
  const { client, feed, seen, note } = feedOfOracle();
  client.addRoom(invited);
  using _bad = feed.observe(() => {
    throw new Error('bug');
  });
  using _good = feed.observe(note);
  expect(seen).toHaveLength(1);
});

test('the client is listened to only while somebody observes', () => {
  const { client, feed, seen, note } = feedOfOracle();
  const observing = feed.observe(note);
  expect(client.listenerCount).toBe(2);
  observing[Symbol.dispose]();
  expect(client.listenerCount).toBe(0);
  feed[Symbol.dispose]();
  feed.observe(note);
  client.emit('Room', client.addRoom(invited));
  expect(client.listenerCount).toBe(0);
  expect(seen).toEqual([]);
});

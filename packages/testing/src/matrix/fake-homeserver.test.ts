import { parseMatrixUserId } from '@oracle-calls/matrix';
import { OracleCallError } from '@oracle-calls/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.ts';
import { FakeHomeserver } from './fake-homeserver.ts';

const ALICE = parseMatrixUserId('@alice:localhost');
const ORACLE = parseMatrixUserId('@oracle:localhost');
const TYPE = 'm.ixo.oracles_call';

function scene() {
  const homeserver = new FakeHomeserver(new FakeClock());
  const [alice, oracle] = [homeserver.signIn(ALICE), homeserver.signIn(ORACLE)];
  oracle.observeInvites(({ matrixRoomId }) => void oracle.joinRoom(matrixRoomId));
  return { homeserver, alice, oracle };
}

test('an event reaches the others of the room once, with its sender, also when it was sent before they joined', async () => {
  const { alice, oracle } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  const eventId = await alice.sendEvent(room, TYPE, { n: 1 }, { transactionId: 't', peer: ORACLE });
  await new FakeClock().settle();
  const seen: unknown[] = [];
  oracle.observeEvents((event) => seen.push(event));
  const sender = { userId: ALICE, deviceKey: alice.deviceKey };
  expect(seen).toMatchObject([{ eventId, sender, content: { n: 1 }, relation: undefined }]);
  await expect(oracle.fetchEvent(room, eventId)).resolves.toMatchObject({ content: { n: 1 } });
});

test('one transaction id is one event', async () => {
  const { alice, homeserver } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  const first = await alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE });
  await expect(alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE })).resolves.toBe(first);
  await expect(alice.sendEvent(room, TYPE, {}, { transactionId: 'u', peer: ORACLE })).resolves.not.toBe(first);
  expect(homeserver.rooms.get(room)?.events).toHaveLength(2);
});

test('one peer is one room, until the peer leaves', async () => {
  const { alice, oracle } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  await expect(alice.findOrCreateRoom(ORACLE)).resolves.toBe(room);
  await oracle.leaveRoom(room);
  await expect(alice.findOrCreateRoom(ORACLE)).resolves.not.toBe(room);
  await expect(alice.findOrCreateRoom(ALICE)).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
});

test('plaintext is never delivered and cannot be fetched', async () => {
  const { alice, oracle, homeserver } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  await oracle.joinRoom(room);
  oracle.observeEvents(() => expect.unreachable());
  const eventId = homeserver.storePlaintext(room, ALICE, TYPE, { n: 1 });
  await expect(oracle.fetchEvent(room, eventId)).rejects.toMatchObject({ code: 'ERR_MATRIX_NOT_ENCRYPTED' });
});

test('withheld keys make an event undecryptable until they are released; then it is delivered', async () => {
  const { alice, oracle, homeserver } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  await oracle.joinRoom(room);
  const seen: string[] = [];
  oracle.observeEvents(({ eventId }) => seen.push(eventId));
  alice.isWithholdingKeys = true;
  const eventId = await alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE });
  expect(seen).toEqual([]);
  await expect(oracle.fetchEvent(room, eventId)).rejects.toMatchObject({ code: 'ERR_MATRIX_UNDECRYPTABLE' });
  homeserver.releaseKeys();
  homeserver.releaseKeys();
  expect(seen).toEqual([eventId]);
});

test('relations are found by their target, oldest first', async () => {
  const { alice, oracle } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  await oracle.joinRoom(room);
  const first = await alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE });
  const relation = { 'm.relates_to': { rel_type: 'm.reference', event_id: first } };
  const answer = await oracle.sendEvent(room, TYPE, relation, { transactionId: 't', peer: ALICE });
  const end = await oracle.sendEvent(room, TYPE, relation, { transactionId: 'u', peer: ALICE });
  const relations = await alice.fetchRelations(room, first);
  expect(relations.map(({ eventId }) => eventId)).toEqual([answer, end]);
});

test('scripted failures, holds and aborts meet the next operation of their kind', async () => {
  const { alice } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  const failure = new OracleCallError('ERR_MATRIX_SEND');
  alice.failNext('sendEvent', failure);
  await expect(alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE })).rejects.toBe(failure);
  const held = alice.holdNext('sendEvent');
  let isSent = false;
  const sending = alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE }).then(() => (isSent = true));
  await new FakeClock().settle();
  expect(isSent).toBe(false);
  held.release();
  await sending;
  alice.holdNext('fetchEvent');
  const controller = new AbortController();
  const event = alice.sendEvent(room, TYPE, {}, { transactionId: 'u', peer: ORACLE });
  const fetching = alice.fetchEvent(room, await event, { signal: controller.signal });
  controller.abort(failure);
  await expect(fetching).rejects.toBe(failure);
  expect(alice.asked).toEqual(['findOrCreateRoom', 'sendEvent', 'sendEvent', 'sendEvent', 'fetchEvent']);
});

test('an account that is offline or closed reaches nobody and hears nothing', async () => {
  const { alice, oracle } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  await oracle.joinRoom(room);
  oracle.observeEvents(() => expect.unreachable());
  await oracle.close();
  expect([oracle.isSyncing(), oracle.listenerCount]).toEqual([false, 0]);
  await alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE });
  alice.isOnline = false;
  expect(alice.isSyncing()).toBe(false);
  await expect(alice.requestOpenIdToken()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
});

test('an OpenID token names its owner to whoever asks the homeserver', async () => {
  const { alice, homeserver } = scene();
  const token = await alice.requestOpenIdToken();
  expect(token.matrix_server_name).toBe('localhost');
  expect(homeserver.openIdOwner(token.access_token)).toBe(ALICE);
  expect(homeserver.openIdOwner('another')).toBeUndefined();
});

test('nobody reads or joins a room without having been invited', async () => {
  const { alice, homeserver } = scene();
  const mallory = homeserver.signIn(parseMatrixUserId('@mallory:localhost'));
  const room = await alice.findOrCreateRoom(ORACLE);
  const eventId = await alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE });
  await expect(mallory.joinRoom(room)).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
  await expect(mallory.fetchEvent(room, eventId)).rejects.toMatchObject({ code: 'ERR_MATRIX_EVENT_NOT_FOUND' });
  await expect(mallory.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE })).rejects.toMatchObject({
    code: 'ERR_MATRIX_ROOM',
  });
});

test('nothing is sent while somebody else is in the room, or after the peer’s identity has changed until that is approved', async () => {
  const { alice, homeserver } = scene();
  const room = await alice.findOrCreateRoom(ORACLE);
  const send = () => alice.sendEvent(room, TYPE, {}, { transactionId: 't', peer: ORACLE });
  const mallory = parseMatrixUserId('@mallory:localhost');
  homeserver.invite(room, ALICE, mallory);
  await expect(send()).rejects.toMatchObject({ code: 'ERR_MATRIX_MEMBERS' });
  await expect(alice.prepareToSend(room, { peer: ORACLE })).rejects.toMatchObject({ code: 'ERR_MATRIX_MEMBERS' });
  homeserver.roomOf(room, ALICE).members.set(mallory, 'leave');
  alice.changedIdentities.add(ORACLE);
  await expect(send()).rejects.toMatchObject({ code: 'ERR_MATRIX_IDENTITY_CHANGED' });
  await alice.approveChangedIdentity(ORACLE);
  await expect(send()).resolves.toMatch(/^\$/);
});

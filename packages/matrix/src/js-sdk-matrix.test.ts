import { expect, test } from 'vitest';
import { accountPortOver } from './js-sdk-matrix.ts';
import { ALICE, fakeContext, ORACLE, ROOM, TWO } from './js-sdk/context.fixture.ts';
import { connectionError, FakeMatrixError } from './js-sdk/fake-sdk-client.fixture.ts';

const invited = { ...TWO, members: [{ userId: ALICE, membership: 'invite' }] };

test('the port is of the account that is signed in; a client without one is refused', () => {
  const context = fakeContext();
  expect(accountPortOver(context).userId).toBe(ALICE);
  Object.assign(context.client, { getUserId: () => null });
  expect(() => accountPortOver(context)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
});

test.each([
  ['PREPARED', true],
  ['SYNCING', true],
  ['RECONNECTING', false],
  ['CATCHUP', false],
  ['ERROR', false],
  ['STOPPED', false],
  [null, false],
])('in the state %s syncing is %s', (state, expected) => {
  const context = fakeContext();
  context.client.syncState = state;
  expect(accountPortOver(context).isSyncing()).toBe(expected);
});

test('an account holds the events that come before its first listener', async () => {
  const context = fakeContext();
  const port = accountPortOver(context);
  context.client.receive({ id: '$one', room: ROOM, sender: ORACLE, clear: { type: 't', content: {} } });
  await context.clock.settle();
  const seen: string[] = [];
  using _observing = port.observeEvents(({ eventId }) => seen.push(eventId));
  expect(seen).toEqual(['$one']);
});

test('joining waits until the sync shows the room joined', async () => {
  const context = fakeContext();
  const room = context.client.addRoom(invited);
  const port = accountPortOver(context);
  await port.joinRoom(ROOM);
  expect(room.getMyMembership()).toBe('join');
});

test('a join that is refused, or never shows, is a typed error', async () => {
  const context = fakeContext();
  const port = accountPortOver(context);
  await expect(port.joinRoom(ROOM)).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
  context.client.addRoom(invited);
  context.client.joinRoom = () => Promise.resolve({});
  const refused = expect(port.joinRoom(ROOM)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
  await context.clock.advance(60_000);
  await refused;
});

test('leaving asks the homeserver, again when there was no answer', async () => {
  const context = fakeContext();
  const port = accountPortOver(context);
  let attempts = 0;
  context.client.leave = () => ((attempts += 1) === 1 ? Promise.reject(connectionError()) : Promise.resolve({}));
  const left = port.leaveRoom(ROOM);
  await context.clock.advance(1_000);
  await left;
  expect(attempts).toBe(2);
  context.client.leave = () => Promise.reject(new FakeMatrixError(403, 'M_FORBIDDEN'));
  await expect(port.leaveRoom(ROOM)).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
});

test('the OpenID token is handed out with nothing else, and nonsense is refused', async () => {
  const context = fakeContext();
  const port = accountPortOver(context);
  const answer = { access_token: 'abc', matrix_server_name: 'localhost', token_type: 'Bearer', expires_in: 3600 };
  context.client.openIdAnswer = () => Promise.resolve(answer);
  await expect(port.requestOpenIdToken()).resolves.toEqual({ access_token: 'abc', matrix_server_name: 'localhost' });
  context.client.openIdAnswer = () => Promise.resolve({ access_token: '', matrix_server_name: 'localhost' });
  await expect(port.requestOpenIdToken()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_HOMESERVER' });
  context.client.openIdAnswer = () => Promise.reject(new FakeMatrixError(403, 'M_FORBIDDEN'));
  await expect(port.requestOpenIdToken()).rejects.toMatchObject({ code: 'ERR_AUTH_INVALID' });
});

test('closing stops the client and takes every listener away; closing twice is closing once', async () => {
  const context = fakeContext();
  const port = accountPortOver(context);
  port.observeEvents(() => undefined);
  port.observeInvites(() => undefined);
  expect(context.client.listenerCount).toBeGreaterThan(0);
  await Promise.all([port.close(), port.close()]);
  expect(context.client.isStopped).toBe(true);
  expect(context.client.listenerCount).toBe(0);
});

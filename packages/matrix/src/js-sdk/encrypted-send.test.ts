import { expect, test } from 'vitest';
import { ALICE, fakeContext, ORACLE, ROOM, TWO } from './context.fixture.ts';
import { prepareToSend, sendEncrypted } from './encrypted-send.ts';
import { connectionError, FakeMatrixError } from './fake-sdk-client.fixture.ts';

const TYPE = 'm.ixo.oracles_call';

function readyContext() {
  const context = fakeContext();
  context.client.addRoom(TWO);
  return context;
}

test('an event is encrypted once and sent under its transaction id', async () => {
  const context = readyContext();
  await expect(sendEncrypted(context, ROOM, TYPE, { n: 1 }, { transactionId: 'txn-1', peer: ORACLE })).resolves.toBe(
    '$sent',
  );
  expect(context.client.requests).toEqual([
    {
      method: 'PUT',
      path: '/rooms/!room%3Alocalhost/send/m.room.encrypted/txn-1',
      body: { ciphertext: 'ciphertext 1' },
    },
  ]);
  expect(context.clock.pendingTimers).toBe(0);
});

test('a request outlives the page only where that was asked for', async () => {
  const context = readyContext();
  const seen: unknown[] = [];
  context.client.answers = [
    ({ keepAlive }) => {
      seen.push(keepAlive);
      return Promise.resolve({ event_id: '$sent' });
    },
  ];
  await sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 'one', peer: ORACLE });
  await sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 'two', peer: ORACLE, isKeptAlive: true });
  expect(seen).toEqual([undefined, true]);
});

test('every attempt carries the same ciphertext under the same transaction id', async () => {
  const context = readyContext();
  context.client.answers = [
    () => Promise.reject(connectionError()),
    () => Promise.reject(new FakeMatrixError(502, 'M_UNKNOWN')),
    () => Promise.resolve({ event_id: '$third' }),
  ];
  const told: number[] = [];
  const onSending = (): void => void told.push(context.client.requests.length);
  const sent = sendEncrypted(context, ROOM, TYPE, { n: 1 }, { transactionId: 'txn-1', peer: ORACLE, onSending });
  await context.clock.advance(1_000);
  await expect(sent).resolves.toBe('$third');
  // Once, before the first request.
  expect(told).toEqual([0]);
  expect(context.client.requests).toHaveLength(3);
  expect(new Set(context.client.requests.map((request) => JSON.stringify(request))).size).toBe(1);
  expect(context.client.encryptions).toBe(1);
});

test('an attempt without an answer is given up and made again', async () => {
  const context = readyContext();
  const aborted: boolean[] = [];
  context.client.answers = [
    ({ abortSignal }) =>
      new Promise(() => abortSignal?.addEventListener('abort', () => aborted.push(true), { once: true })),
    () => Promise.resolve({ event_id: '$second' }),
  ];
  const sent = sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 't', peer: ORACLE });
  await context.clock.advance(20_000);
  await expect(sent).resolves.toBe('$second');
  expect(aborted).toEqual([true]);
});

test('a rate limit is waited out for as long as the homeserver asks', async () => {
  const context = readyContext();
  context.client.answers = [
    () => Promise.reject(new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', 3_000)),
    () => Promise.resolve({ event_id: '$later' }),
  ];
  const sent = sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 't', peer: ORACLE });
  await context.clock.advance(2_999);
  expect(context.client.requests).toHaveLength(1);
  await context.clock.advance(1);
  await expect(sent).resolves.toBe('$later');
});

test.each([
  ['stays away', connectionError(), 'ERR_MATRIX_SEND', 3],
  ['limits for too long', new FakeMatrixError(429, 'M_LIMIT_EXCEEDED', 60_000), 'ERR_MATRIX_SEND', 1],
  ['refuses', new FakeMatrixError(403, 'M_FORBIDDEN'), 'ERR_MATRIX_ROOM', 1],
  ['knows the token no more', new FakeMatrixError(401, 'M_UNKNOWN_TOKEN'), 'ERR_MATRIX_SESSION', 1],
])('a homeserver that %s gives a typed error', async (_name, failure, code, requests) => {
  const context = readyContext();
  context.client.answers = [() => Promise.reject(failure)];
  const sent = sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 't', peer: ORACLE });
  const refused = expect(sent).rejects.toMatchObject({ code });
  await context.clock.advance(60_000);
  await refused;
  expect(context.client.requests).toHaveLength(requests);
  expect(context.clock.pendingTimers).toBe(0);
});

test('an abort stops the attempts and rethrows its reason', async () => {
  const context = readyContext();
  context.client.answers = [() => Promise.reject(connectionError())];
  const controller = new AbortController();
  const sent = sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 't', peer: ORACLE, signal: controller.signal });
  await context.clock.advance(10);
  const reason = new Error('hung up');
  controller.abort(reason);
  await expect(sent).rejects.toBe(reason);
  expect(context.client.requests).toHaveLength(1);
});

test('a key that cannot be shared at first is shared again before anything is sent', async () => {
  const context = readyContext();
  const { encrypt } = context.client;
  let failures = 1;
  context.client.encrypt = (event) => (failures-- > 0 ? Promise.reject(connectionError()) : encrypt(event));
  const sent = sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 't', peer: ORACLE });
  await context.clock.advance(1_000);
  await expect(sent).resolves.toBe('$sent');
  expect(context.client.requests).toHaveLength(1);
});

test.each(['', 'a/b', 'a b', 'ä', 'x'.repeat(256)])('the transaction id %j is refused', async (transactionId) => {
  const context = readyContext();
  await expect(sendEncrypted(context, ROOM, TYPE, {}, { transactionId, peer: ORACLE })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_MALFORMED',
  });
});

test('nothing is sent in plaintext: unknown, left or unencrypted rooms and clients without crypto are refused', async () => {
  const unknown = fakeContext();
  const left = fakeContext();
  left.client.addRoom({ ...TWO, members: [{ userId: ALICE, membership: 'leave' }] });
  const plain = fakeContext();
  plain.client.addRoom({ ...TWO, algorithm: undefined });
  const cryptoless = readyContext();
  cryptoless.client.hasCrypto = false;
  for (const context of [unknown, left, plain, cryptoless]) {
    await expect(sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 't', peer: ORACLE })).rejects.toMatchObject({
      code: 'ERR_MATRIX_ROOM',
    });
    await expect(prepareToSend(context, ROOM, { peer: ORACLE })).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
    expect(context.client.requests).toEqual([]);
    expect(context.client.encryptions).toBe(0);
  }
});

test('an encryption that leaves plaintext behind is refused before the request', async () => {
  const context = readyContext();
  context.client.encrypt = () => Promise.resolve();
  await expect(
    sendEncrypted(context, ROOM, TYPE, { secret: 1 }, { transactionId: 't', peer: ORACLE }),
  ).rejects.toMatchObject({
    code: 'ERR_MATRIX_ROOM',
  });
  expect(context.client.requests).toEqual([]);
});

test('a homeserver that names no event is refused', async () => {
  const context = readyContext();
  context.client.answers = [() => Promise.resolve({})];
  await expect(sendEncrypted(context, ROOM, TYPE, {}, { transactionId: 't', peer: ORACLE })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_MALFORMED',
  });
});

test('preparing shares the room key and sends nothing', async () => {
  const context = fakeContext();
  const room = context.client.addRoom(TWO);
  room.members = room.members.map((member) => ({ ...member, membership: 'join' }));
  await prepareToSend(context, ROOM, { peer: ORACLE });
  expect(context.client.shares).toBe(1);
  expect(context.client.requests).toEqual([]);
  expect(context.clock.pendingTimers).toBe(0);
});

test('preparing waits for invited members, and no longer than the bound', async () => {
  const context = fakeContext();
  const room = context.client.addRoom(TWO);
  const prepared = prepareToSend(context, ROOM, { peer: ORACLE });
  await context.clock.advance(100);
  expect(context.client.shares).toBe(0);
  room.members = room.members.map((member) => ({ ...member, membership: 'join' }));
  context.client.emit('RoomState.events');
  await prepared;
  expect(context.client.shares).toBe(1);

  const inVain = readyContext();
  const late = prepareToSend(inVain, ROOM, { peer: ORACLE });
  await inVain.clock.advance(5_000);
  await late;
  expect(inVain.client.shares).toBe(1);
});

test('preparing can be given up', async () => {
  const context = readyContext();
  const giveUp = new AbortController();
  const prepared = prepareToSend(context, ROOM, { peer: ORACLE, signal: giveUp.signal });
  giveUp.abort(new Error('not now'));
  await expect(prepared).rejects.toThrow('not now');
  expect(context.client.shares).toBe(0);
});

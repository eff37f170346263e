import { RoomEncryptor } from 'matrix-js-sdk/lib/rust-crypto/RoomEncryptor.js';
import { expect, test } from 'vitest';
import { ALICE, fakeContext, MALLORY, ORACLE, ROOM, TWO } from './context.fixture.ts';
import { prepareToSend, sendEncrypted } from './encrypted-send.ts';
import { connectionError } from './fake-sdk-client.fixture.ts';
import { approveChangedIdentity } from './peer-trust.ts';
import { signedDevicesEncryptor } from './room-encryptor.ts';

const TYPE = 'm.ixo.oracles_call';
const OPTIONS = { transactionId: 't', peer: ORACLE } as const;
const ONLY_SIGNED_DEVICES = { kind: 1 };

const member = (userId: string, membership = 'join') => ({ userId, membership });

function readyContext() {
  const context = fakeContext();
  const room = context.client.addRoom(TWO);
  return { ...context, room };
}
type Context = ReturnType<typeof readyContext>;

const send = (context: Context) => sendEncrypted(context, ROOM, TYPE, { n: 1 }, OPTIONS);

/** Neither an event nor a room key has left. */
function expectNothingLeft({ client }: Context): void {
  expect([client.requests, client.encryptions, client.shares]).toEqual([[], 0, 0]);
}

test('room keys are shared with signed devices only, for this room alone', async () => {
  const context = readyContext();
  await send(context);
  context.room.members = [member(ALICE), member(ORACLE)];
  await prepareToSend(context, ROOM, { peer: ORACLE });
  expect(context.client.isolationModes).toEqual([ONLY_SIGNED_DEVICES, ONLY_SIGNED_DEVICES]);
});

test.each([
  ['a third who joined', [member(ALICE), member(ORACLE), member(MALLORY)], 3],
  ['a third who is invited', [member(ALICE), member(ORACLE), member(MALLORY, 'invite')], 3],
  ['somebody else in the peer’s place', [member(ALICE), member(MALLORY)], 2],
  ['nobody else any more', [member(ALICE), member(ORACLE, 'leave')], 1],
])('nothing is sent to a room with %s', async (_name, members, count) => {
  const context = readyContext();
  context.room.members = members;
  const refusal = { code: 'ERR_MATRIX_MEMBERS', details: { members: count } };
  await expect(send(context)).rejects.toMatchObject(refusal);
  const preparing = expect(prepareToSend(context, ROOM, { peer: ORACLE })).rejects.toMatchObject(refusal);
  await context.clock.advance(5_000);
  await preparing;
  expectNothingLeft(context);
});

test('members who have left or were banned are not present', async () => {
  const context = readyContext();
  context.room.members = [...TWO.members, member(MALLORY, 'leave'), member('@eve:localhost', 'ban')];
  await expect(send(context)).resolves.toBe('$sent');
});

test('members that the SDK loads lazily are loaded before they are counted', async () => {
  const context = readyContext();
  context.room.loadMembersIfNeeded = () => {
    context.room.members = [...TWO.members, member(MALLORY)];
    return Promise.resolve(true);
  };
  await expect(send(context)).rejects.toMatchObject({ code: 'ERR_MATRIX_MEMBERS' });
  expectNothingLeft(context);
});

test('who comes while the key is being shared gets nothing that is encrypted with it', async () => {
  const context = readyContext();
  const { encrypt } = context.client;
  context.client.encrypt = async (event) => {
    await encrypt(event);
    context.room.members = [...TWO.members, member(MALLORY)];
  };
  await expect(send(context)).rejects.toMatchObject({ code: 'ERR_MATRIX_MEMBERS' });
  expect(context.client.requests).toEqual([]);
  expect(context.client.discarded).toEqual([ROOM]);
});

test('who comes between two attempts to send gets nothing by the second', async () => {
  const context = readyContext();
  context.client.answers = [
    () => {
      context.room.members = [...TWO.members, member(MALLORY)];
      return Promise.reject(connectionError());
    },
  ];
  const refused = expect(send(context)).rejects.toMatchObject({ code: 'ERR_MATRIX_MEMBERS' });
  await context.clock.advance(10_000);
  await refused;
  expect(context.client.requests).toHaveLength(1);
});

test('a device that its owner has not cross-signed sends nothing', async () => {
  const context = readyContext();
  context.client.isOwnDeviceSigned = false;
  await expect(send(context)).rejects.toMatchObject({ code: 'ERR_MATRIX_CROSS_SIGNING', details: { side: 'self' } });
  expectNothingLeft(context);
});

test('at first contact the peer’s devices are asked for, and a peer without an identity is refused', async () => {
  const context = readyContext();
  context.client.withoutIdentity.add(ORACLE);
  await expect(send(context)).rejects.toMatchObject({ code: 'ERR_MATRIX_CROSS_SIGNING', details: { side: 'peer' } });
  expect([context.client.requests, context.client.encryptions, context.client.shares]).toEqual([[], 0, 1]);
  expect(context.client.isolationModes).toEqual([ONLY_SIGNED_DEVICES]);

  context.client.onShare = () => {
    context.client.withoutIdentity.clear();
    return Promise.resolve();
  };
  await expect(send(context)).resolves.toBe('$sent');
});

test('a peer whose identity has changed gets nothing until that was approved', async () => {
  const context = readyContext();
  context.client.changedIdentities.add(ORACLE);
  await expect(send(context)).rejects.toMatchObject({ code: 'ERR_MATRIX_IDENTITY_CHANGED' });
  expectNothingLeft(context);
  await approveChangedIdentity(context, ORACLE);
  await expect(send(context)).resolves.toBe('$sent');
});

test('an identity that changes while the key is being shared is refused, and the key thrown away', async () => {
  const context = readyContext();
  context.room.members = [member(ALICE), member(ORACLE)];
  context.client.onShare = () => Promise.resolve(void context.client.changedIdentities.add(ORACLE));
  await expect(prepareToSend(context, ROOM, { peer: ORACLE })).rejects.toMatchObject({
    code: 'ERR_MATRIX_IDENTITY_CHANGED',
  });
  expect(context.client.discarded).toEqual([ROOM]);
});

test('an account that follows changed identities pins the new one, goes on, and says so', async () => {
  const warnings: unknown[] = [];
  const context = readyContext();
  const logger = { ...context.logger, warn: (message: string) => void warnings.push(message) };
  context.client.changedIdentities.add(ORACLE);
  await expect(send({ ...context, logger, changedIdentities: 'follow' })).resolves.toBe('$sent');
  expect(warnings).toEqual(['matrix identity changed']);
  expect(context.client.changedIdentities.size).toBe(0);
});

test('an identity that is not there cannot be approved', async () => {
  const context = readyContext();
  context.client.withoutIdentity.add(ORACLE);
  await expect(approveChangedIdentity(context, ORACLE)).rejects.toMatchObject({ code: 'ERR_MATRIX_CROSS_SIGNING' });
});

test.each<[string, (context: Context) => void]>([
  ['has no room encryptors', ({ client }) => void Reflect.deleteProperty(client.crypto, 'roomEncryptors')],
  ['has none for the room', ({ client }) => void Reflect.deleteProperty(client.crypto.roomEncryptors, ROOM)],
  ['takes no mode any more', ({ client }) => void (client.crypto.roomEncryptors[ROOM] = twoArgumentEncryptor())],
  ['has another kind of encryptor', ({ client }) => void (client.crypto.roomEncryptors[ROOM] = 'encryptor')],
])('a client whose crypto %s sends nothing', async (_name, change) => {
  const context = readyContext();
  change(context);
  await expect(send(context)).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
  await expect(prepareToSend(context, ROOM, { peer: ORACLE })).rejects.toMatchObject({ code: 'ERR_MATRIX_ROOM' });
  expectNothingLeft(context);
});

function twoArgumentEncryptor(): object {
  return {
    encryptEvent: (_event: unknown, _blacklist: boolean) => Promise.resolve(),
    prepareForEncryption: (_blacklist: boolean, _mode: unknown) => Promise.resolve(),
  };
}

test('the encryptor of the SDK that is installed has the shape that is asked for', async () => {
  const { client } = readyContext();
  client.crypto.roomEncryptors[ROOM] = Object.create(RoomEncryptor.prototype);
  expect(() => signedDevicesEncryptor(client.crypto, ROOM)).not.toThrow();
});

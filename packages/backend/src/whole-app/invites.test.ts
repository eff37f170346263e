import { afterEach, beforeEach, expect, test } from 'vitest';
import { OracleCallError, type ErrorCode } from '@oracle-calls/protocol';
import type { MatrixUserId, RoomInvite } from '@oracle-calls/matrix/port';
import { ALICE, ALICE_ROOM, TestBackend } from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

const invite: RoomInvite = { matrixRoomId: ALICE_ROOM, inviter: ALICE, isEncrypted: true, isDirect: true };

test('an encrypted direct invite of a user of an allowed server is accepted', async () => {
  backend.matrix.invite(invite);
  await backend.backend.settled();
  expect(backend.matrix.joined).toEqual([ALICE_ROOM]);
  expect(backend.matrix.left).toEqual([]);
});

test('a room is prepared when it is joined, so that the first answer of the first call is quick', async () => {
  backend.matrix.invite(invite);
  await backend.backend.settled();
  expect(backend.matrix.prepared).toEqual([ALICE_ROOM]);
});

const refusals: readonly [string, Partial<RoomInvite>, ErrorCode][] = [
  ['of another server', { inviter: '@alice:evil.example' as MatrixUserId }, 'ERR_AUTH_HOMESERVER'],
  ['of a server whose name ends like ours', { inviter: '@a:evil.localhost' as MatrixUserId }, 'ERR_AUTH_HOMESERVER'],
  ['to a room that is not encrypted', { isEncrypted: false }, 'ERR_MATRIX_NOT_ENCRYPTED'],
  ['to a group', { isDirect: false }, 'ERR_MATRIX_ROOM'],
];

test.each(refusals)('an invite %s is declined', async (_words, changes, code) => {
  backend.matrix.invite({ ...invite, ...changes });
  await backend.backend.settled();
  expect(backend.matrix.joined).toEqual([]);
  expect(backend.matrix.left).toEqual([ALICE_ROOM]);
  expect(backend.logged('invite declined')).toMatchObject([{ code }]);
});

test('invites that came while the backend was down are answered when it starts', async () => {
  await backend.kill();
  backend.matrix.invite(invite);
  await backend.open();
  expect(backend.matrix.joined).toEqual([ALICE_ROOM]);
});

test('an invite that cannot be answered is answered later', async () => {
  backend.matrix.failure = new OracleCallError('ERR_UPSTREAM_HOMESERVER');
  backend.matrix.invite(invite);
  await backend.pass(2_000);
  backend.matrix.failure = undefined;
  expect(backend.matrix.joined).toEqual([]);
  await backend.pass(4_000);
  expect(backend.matrix.joined).toEqual([ALICE_ROOM]);
});

test('an invite that can never be answered is given up', async () => {
  backend.matrix.failure = new OracleCallError('ERR_UPSTREAM_HOMESERVER');
  const timers = backend.clock.pendingTimers;
  backend.matrix.invite(invite);
  await backend.pass(10 * 60_000);
  expect(backend.logged('invite not answered')).toHaveLength(5);
  expect(backend.clock.pendingTimers).toBe(timers);
});

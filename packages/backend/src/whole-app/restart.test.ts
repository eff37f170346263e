import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OracleCallError, createSfuRoomName, parseCallAnswer } from '@oracle-calls/protocol';
import { ACTIVE_ANSWER_DELAY_MS } from '../answers/answer-outbox.ts';
import { MAX_CALL_MINUTES_DEFAULT } from '../backend.ts';
import { VANISH_MS } from '../sfu/presence-watch.ts';
import { ORPHAN_ROOM_MS } from '../sfu/room-keeper.ts';
import { AGENT_KEY, ALICE, expectProblem, MALLORY, TestBackend } from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

test('a restart in the middle of a call loses nothing', async () => {
  const call = await backend.placeCall();
  const { identity } = await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.sync(call);
  await backend.backend.settled();
  await backend.restart();
  expect(await backend.statusOf(call)).toBe('active');
  expect((await backend.sync(call)).body).toMatchObject({ callStatus: 'active' });
  expect((await backend.join(ALICE, call.sfuRoomName)).body).toMatchObject({ identity });
  expectProblem(await backend.join(MALLORY, call.sfuRoomName), 409, 'ERR_CALL_REPLAYED');
  expect((await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName))).status).toBe(200);
  expect((await backend.key(call.callId)).body).toMatchObject({ encryptionKey: call.content['encryptionKey'] });
  await backend.update(call, AGENT_KEY, { callStatus: 'ended', endReason: 'completed' });
  expect(backend.matrix.sent.map((sent) => parseCallAnswer(sent.content).callStatus)).toEqual(['active', 'ended']);
});

test('call events and edits that came while the backend was down are taken when it starts', async () => {
  const live = await backend.placeCall();
  await backend.sync(live);
  await backend.kill();
  const fresh = backend.prepareCall();
  backend.matrix.deliver(fresh.event);
  backend.matrix.receive(backend.editOf(live, { callStatus: 'ended', endReason: 'hangup' }));
  await backend.open();
  expect(await backend.statusOf(fresh)).toBe('pending');
  expect(await backend.endReasonOf(live)).toBe('hangup');
});

test('an edit whose delivery was lost with the process is read from the homeserver at the start', async () => {
  const call = await backend.placeCall();
  await backend.sync(call);
  await backend.kill();
  backend.matrix.put(backend.editOf(call, { callStatus: 'ended', endReason: 'cancelled' }));
  await backend.open();
  expect(await backend.endReasonOf(call)).toBe('cancelled');
});

test('a replay is still one after a restart, and a refused event stays refused', async () => {
  const call = await backend.placeCall();
  const refused = await backend.placeCall({ oracleDid: 'did:ixo:another' });
  await backend.restart();
  backend.matrix.deliver(refused.event);
  const replay = await backend.placeCall(call.content, { sender: MALLORY });
  expectProblem(await backend.sync(replay, MALLORY), 409, 'ERR_CALL_REPLAYED');
  expectProblem(await backend.sync(refused), 403, 'ERR_AUTH_FORBIDDEN');
});

test('an answer that was due when the process died is sent once', async () => {
  const call = await backend.placeCall();
  backend.matrix.failure = new OracleCallError('ERR_UPSTREAM_HOMESERVER');
  await backend.sync(call);
  await backend.kill();
  backend.matrix.failure = undefined;
  await backend.open();
  await backend.restart();
  expect(backend.matrix.sent.map((sent) => parseCallAnswer(sent.content).callStatus)).toEqual(['active']);
});

test('an answer that was sent but not noted is sent under the same transaction id: once for everybody', async () => {
  const call = await backend.placeCall();
  const { answers } = backend.backend.store;
  answers.markSent = () => Promise.reject(new Error('the process dies here'));
  await backend.sync(call);
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  await backend.restart();
  expect(backend.matrix.sendAttempts).toBe(2);
  expect(backend.matrix.sent).toHaveLength(1);
});

test('a room whose call ended while the SFU was down is deleted after the restart', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  backend.sfu.isDown = true;
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  await backend.kill();
  backend.sfu.isDown = false;
  await backend.open();
  expect(backend.sfu.rooms.size).toBe(0);
});

test('a room without a call event is deleted after the restart, when its time has passed again', async () => {
  await backend.join(ALICE, createSfuRoomName());
  await backend.pass(ORPHAN_ROOM_MS - 1);
  await backend.restart();
  await backend.pass(ORPHAN_ROOM_MS - 1);
  expect(backend.sfu.rooms.size).toBe(1);
  await backend.pass(1);
  expect(backend.sfu.rooms.size).toBe(0);
});

test.each([
  ['user', 0],
  ['agent', 1],
])('a %s who left while the backend was down has 15 s from the start on', async (_words, index) => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.sync(call);
  await backend.kill();
  backend.sfu.rooms.get(call.sfuRoomName)?.participants.splice(index, 1);
  await backend.open();
  await backend.pass(VANISH_MS - 1);
  expect(await backend.statusOf(call)).toBe('active');
  await backend.pass(1);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('those who are still there keep their call over a restart, also when the SFU is away at first', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.sync(call);
  backend.sfu.isDown = true;
  await backend.restart();
  await backend.pass(VANISH_MS);
  backend.sfu.isDown = false;
  await backend.pass(VANISH_MS * 2);
  expect(await backend.statusOf(call)).toBe('active');
});

test('a call expires at its time, restarts or not', async () => {
  const call = await backend.placeCall();
  await backend.pass((MAX_CALL_MINUTES_DEFAULT - 1) * 60_000);
  await backend.restart();
  await backend.pass(60_000 - 1);
  expect(await backend.statusOf(call)).toBe('pending');
  await backend.pass(1);
  expect(await backend.endReasonOf(call)).toBe('expired');
});

test('a call whose time passed while the backend was down expires at the start', async () => {
  const call = await backend.placeCall();
  await backend.kill();
  await backend.clock.advance(MAX_CALL_MINUTES_DEFAULT * 60_000 + 1);
  await backend.open();
  await backend.pass(0);
  expect(await backend.endReasonOf(call)).toBe('expired');
});

test('the database holds no envelope, key or token, and only its owner may read it', async () => {
  const call = await backend.placeCall();
  const { joinToken } = await backend.joinBoth(ALICE, call.sfuRoomName);
  const ticket = backend.ticketOf(call.sfuRoomName);
  const sessionToken = await backend.session(ALICE);
  await backend.sync(call);
  await backend.claim(call.sfuRoomName, ticket);
  await backend.key(call.callId);
  const openIdTokens = [...backend.homeserver.answers.keys()];
  await backend.backend.settled();
  const bytes = backend.databaseBytes();
  // The control: what is kept can be found this way.
  expect(bytes).toContain(call.callId);
  const log = backend.logLines.join('');
  expect(bytes + log).not.toContain(joinToken);
  const secrets = [String(call.content['encryptionKey']), ticket, sessionToken, AGENT_KEY, ...openIdTokens];
  for (const secret of secrets) {
    expect(bytes).not.toContain(secret);
    expect(bytes).not.toContain(secret.slice(0, 32));
    expect(log).not.toContain(secret.slice(0, 32));
  }
  for (const file of readdirSync(backend.databaseDirectory)) {
    expect(statSync(join(backend.databaseDirectory, file)).mode & 0o077).toBe(0);
  }
});

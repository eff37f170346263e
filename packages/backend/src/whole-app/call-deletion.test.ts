import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AGENT_KEY,
  ALICE,
  expectProblem,
  MALLORY,
  TestBackend,
  type ApiAnswer,
  type PlacedCall,
} from './test-backend.ts';

const DAY_MS = 24 * 60 * 60_000;

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start({ options: { retention: { callDays: 7 } } });
});
afterEach(() => backend[Symbol.asyncDispose]());

async function remove({ callId }: Pick<PlacedCall, 'callId'>, user = ALICE): Promise<ApiAnswer> {
  return backend.request('DELETE', `/calls/${callId}`, { token: await backend.session(user) });
}

async function endedCall(): Promise<PlacedCall> {
  const call = await backend.placeCall();
  await backend.join(ALICE, call.sfuRoomName);
  await backend.sync(call);
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  await backend.backend.settled();
  return call;
}

const list = async (): Promise<unknown> =>
  (await backend.request('GET', '/calls', { token: await backend.session(ALICE) })).body;

test('a user deletes a call of theirs: it is gone from their list, and its event makes no new one', async () => {
  const call = await endedCall();
  const answer = await remove(call);
  expect([answer.status, answer.body]).toEqual([204, '']);
  expect(await list()).toEqual({ calls: [] });
  expectProblem(await remove(call), 404, 'ERR_CALL_NOT_FOUND');
  backend.matrix.deliver(call.event);
  await backend.backend.settled();
  expect(await list()).toEqual({ calls: [] });
  expect(backend.logLines.filter((line) => line.includes('call deleted')).join()).not.toContain(call.callId);
});

test('nothing of a deleted call is left in the database’s file', async () => {
  const call = await endedCall();
  expect(backend.databaseBytes()).toContain(call.sfuRoomName);
  await remove(call);
  // The journal holds what was, until the last process lets go of the file.
  await backend.kill();
  for (const name of [call.callId, call.eventId, call.sfuRoomName]) expect(backend.databaseBytes()).not.toContain(name);
});

test('the room of a deleted call cannot be joined', async () => {
  const call = await endedCall();
  await remove(call);
  expectProblem(await backend.join(MALLORY, call.sfuRoomName), 410, 'ERR_CALL_ENDED');
});

test('a call that is live is not deleted', async () => {
  const call = await backend.placeCall();
  expectProblem(await remove(call), 409, 'ERR_CALL_LIVE');
  await backend.join(ALICE, call.sfuRoomName);
  await backend.sync(call);
  expectProblem(await remove(call), 409, 'ERR_CALL_LIVE');
});

test('nobody deletes another’s call, nor learns that it is there', async () => {
  const call = await endedCall();
  expectProblem(await remove(call, MALLORY), 404, 'ERR_CALL_NOT_FOUND');
  expect(await list()).toMatchObject({ calls: [{ callId: call.callId }] });
});

test('an agent, a stranger and a malformed id are refused', async () => {
  const { callId } = await endedCall();
  expectProblem(await backend.request('DELETE', `/calls/${callId}`), 401, 'ERR_AUTH_MISSING');
  expectProblem(await backend.request('DELETE', `/calls/${callId}`, { token: AGENT_KEY }), 403, 'ERR_AUTH_FORBIDDEN');
  const token = await backend.session(ALICE);
  expectProblem(await backend.request('DELETE', '/calls/none', { token }), 400, 'ERR_PROTOCOL_CALL_ID');
});

test('calls are deleted some days after their end, without anybody asking', async () => {
  await endedCall();
  await backend.pass(6 * DAY_MS);
  backend.forgetSessions();
  expect(await list()).toMatchObject({ calls: [{ callStatus: 'ended' }] });
  await backend.pass(DAY_MS + 2 * 60 * 60_000);
  backend.forgetSessions();
  expect(await list()).toEqual({ calls: [] });
  expect(backend.logLines.some((line) => line.includes('old calls deleted'))).toBe(true);
});

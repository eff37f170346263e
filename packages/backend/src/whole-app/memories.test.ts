import { afterEach, beforeEach, expect, test } from 'vitest';
import { MEMORY_GRACE_MS } from '../store/memory-store.ts';
import {
  AGENT_KEY,
  ALICE,
  expectProblem,
  FOREIGN_AGENT_KEY,
  MALLORY,
  MALLORY_ROOM,
  ORACLE_DID,
  TestBackend,
  type ApiAnswer,
  type PlacedCall,
} from './test-backend.ts';

const DAY_MS = 24 * 60 * 60_000;
const SESSION = 'session-1';
/** Stands for a sealed record: the backend reads none. */
const RECORD = 'c2VhbGVk';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start({ options: { retention: { memoryDays: 7 } } });
});
afterEach(() => backend[Symbol.asyncDispose]());

async function liveCall(changes: object = {}, user = ALICE): Promise<PlacedCall> {
  const event = user === ALICE ? {} : { sender: user, matrixRoomId: MALLORY_ROOM };
  const call = await backend.placeCall({ sessionId: SESSION, ...changes }, event);
  await backend.joinBoth(user, call.sfuRoomName);
  return call;
}

const keep = (call: PlacedCall, json: object = {}, token = AGENT_KEY): Promise<ApiAnswer> =>
  backend.request('POST', `/calls/${call.callId}/memory`, { token, json: { record: RECORD, erasedAt: 0, ...json } });

async function claimed(call: PlacedCall): Promise<unknown> {
  const answer = await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName));
  return (answer.body as Record<string, unknown>)['memory'];
}

const endCall = async (call: PlacedCall, user = ALICE): Promise<unknown> =>
  backend.update(call, await backend.session(user), { callStatus: 'ended' });

const memories = async (method: 'GET' | 'DELETE', query: string, user = ALICE): Promise<ApiAnswer> =>
  backend.request(method, `/memories?oracleDid=${encodeURIComponent(ORACLE_DID)}${query}`, {
    token: await backend.session(user),
  });
const erase = (user = ALICE, query = `&sessionId=${SESSION}`): Promise<ApiAnswer> => memories('DELETE', query, user);

const audited = async (): Promise<readonly string[]> =>
  (await backend.backend.store.audit.list({ limit: 50 })).flatMap(({ action, code }) =>
    action.startsWith('memory') ? [code === undefined ? action : `${action} ${code}`] : [],
  );

test('what an agent keeps comes back with the claim of the next call of the session', async () => {
  const first = await liveCall();
  expect(await claimed(first)).toBeUndefined();
  expect((await keep(first)).status).toBe(204);
  await endCall(first);
  // The end is told to an agent last: what was said then is kept as well.
  await backend.pass(MEMORY_GRACE_MS);
  expect((await keep(first, { record: 'bmV3ZXI' })).status).toBe(204);
  expect(await claimed(await liveCall())).toEqual({ record: 'bmV3ZXI', erasedAt: 0 });
  expect(await audited()).toEqual(['memory-keep', 'memory-keep', 'memory-release']);
});

test('another session, and another user in the same one, get nothing of it', async () => {
  await keep(await liveCall());
  expect(await claimed(await liveCall({ sessionId: 'session-2' }))).toBeUndefined();
  expect(await claimed(await liveCall({}, MALLORY))).toBeUndefined();
});

test('a user sees of which sessions something is kept, and another user does not', async () => {
  await keep(await liveCall());
  expect((await memories('GET', '')).body).toEqual({
    memories: [{ sessionId: SESSION, keptAt: new Date(backend.clock.now()).toISOString() }],
  });
  expect((await memories('GET', '&sessionId=other')).body).toEqual({ memories: [] });
  expect((await memories('GET', '', MALLORY)).body).toEqual({ memories: [] });
});

test('an erased memory is gone, and agents are told when it was erased', async () => {
  const call = await liveCall();
  await keep(call);
  await endCall(call);
  await backend.pass(MEMORY_GRACE_MS + 1);
  const answer = await erase();
  expect([answer.status, answer.body]).toEqual([200, { erased: 1 }]);
  expect((await memories('GET', '')).body).toEqual({ memories: [] });
  expect(await claimed(await liveCall())).toEqual({ erasedAt: backend.clock.now() });
  expect(await audited()).toContain('memory-erase-by-user');
});

test('a call under way does not bring back what was erased, though it is claimed or kept before', async () => {
  const call = await liveCall();
  await keep(call);
  expect((await erase()).body).toEqual({ erased: 1 });
  expectProblem(await keep(call), 409, 'ERR_MEMORY_ERASED');
  expect((await memories('GET', '')).body).toEqual({ memories: [] });
  expect(await audited()).toContain('memory-keep ERR_MEMORY_ERASED');
  // The twin: an agent that names the erasure has heard of it.
  expect((await keep(call, { erasedAt: backend.clock.now() })).status).toBe(204);
});

test('a memory that was not kept yet is erased all the same, for the session alone', async () => {
  const [call, other] = [await liveCall(), await liveCall({ sessionId: 'session-2' })];
  expect((await erase()).body).toEqual({ erased: 0 });
  expectProblem(await keep(call), 409, 'ERR_MEMORY_ERASED');
  expect((await keep(other)).status).toBe(204);
});

test('all that an oracle remembers is erased at once', async () => {
  await keep(await liveCall());
  const other = await liveCall({ sessionId: 'session-2' });
  await keep(other);
  expect((await erase(ALICE, '')).body).toEqual({ erased: 2 });
  expectProblem(await keep(other), 409, 'ERR_MEMORY_ERASED');
});

test('two erasures within a millisecond are two', async () => {
  const call = await liveCall();
  await erase();
  const erasedAt = backend.clock.now();
  await erase();
  expectProblem(await keep(call, { erasedAt }), 409, 'ERR_MEMORY_ERASED');
});

test('nobody erases what is another’s', async () => {
  const call = await liveCall();
  await keep(call);
  expect((await erase(MALLORY)).body).toEqual({ erased: 0 });
  expect((await erase(MALLORY, '')).body).toEqual({ erased: 0 });
  expect((await keep(call)).status).toBe(204);
  expect(await claimed(await liveCall())).toMatchObject({ record: RECORD });
  // The twin: whoever asks as its owner erases it.
  expect((await erase(ALICE)).body).toEqual({ erased: 1 });
});

test('an agent erases what its user told it to forget in the call', async () => {
  const call = await liveCall();
  await keep(call);
  const remove = (token: string): Promise<ApiAnswer> =>
    backend.request('DELETE', `/calls/${call.callId}/memory`, { token });
  expectProblem(await remove(FOREIGN_AGENT_KEY), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await remove(await backend.session(ALICE)), 403, 'ERR_AUTH_FORBIDDEN');
  expect((await remove(AGENT_KEY)).status).toBe(204);
  expect((await memories('GET', '')).body).toEqual({ memories: [] });
  expect(await audited()).toContain('memory-erase-by-agent');
});

test('nobody but the oracle’s agents keeps anything, and they only in a call of now', async () => {
  const call = await liveCall();
  expectProblem(await keep(call, {}, FOREIGN_AGENT_KEY), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await keep(call, {}, await backend.session(ALICE)), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await keep(call, { record: '{}' }), 400, 'ERR_PROTOCOL_MALFORMED');
  const { callId } = call;
  expectProblem(await keep({ ...call, callId: callId.replace('$', '$x') as typeof callId }), 404, 'ERR_CALL_NOT_FOUND');
  await backend.update(call, AGENT_KEY, { callStatus: 'ended', endReason: 'invalid-authentication' });
  expectProblem(await keep(call), 403, 'ERR_AUTH_INVALID_AUTHENTICATION');
  await backend.pass(MEMORY_GRACE_MS + 1);
  expectProblem(await keep(call, {}, `${AGENT_KEY}-2`), 410, 'ERR_CALL_ENDED');
});

test('an agent and nobody at all are no users, and the oracle must be named', async () => {
  expectProblem(await backend.request('GET', '/memories?oracleDid=did:ixo:oracle456'), 401, 'ERR_AUTH_MISSING');
  const byAgent = await backend.request('DELETE', '/memories?oracleDid=did:ixo:oracle456', { token: AGENT_KEY });
  expectProblem(byAgent, 403, 'ERR_AUTH_FORBIDDEN');
  const token = await backend.session(ALICE);
  expectProblem(await backend.request('DELETE', '/memories', { token }), 400, 'ERR_PROTOCOL_MALFORMED');
});

test('a memory outlives its calls, and is forgotten some days after the last of them', async () => {
  const call = await liveCall();
  await keep(call);
  await endCall(call);
  await backend.pass(6 * DAY_MS);
  backend.forgetSessions();
  expect((await memories('GET', '')).body).toMatchObject({ memories: [{ sessionId: SESSION }] });
  await backend.pass(DAY_MS + 2 * 60 * 60_000);
  backend.forgetSessions();
  expect((await memories('GET', '')).body).toEqual({ memories: [] });
});

test('nothing of an erased memory is left in the database’s file', async () => {
  const record = Buffer.from('a record that can be searched for, sealed or not').toString('base64url');
  await keep(await liveCall(), { record });
  expect(backend.databaseBytes()).toContain(record);
  await erase();
  // The journal holds what was, until the last process lets go of the file.
  await backend.kill();
  expect(backend.databaseBytes()).not.toContain(record);
  expect(backend.logLines.join()).not.toContain(record);
});

test('what cannot be written down is not given', async () => {
  await keep(await liveCall());
  const call = await liveCall();
  const { audit } = backend.backend.store;
  const add = audit.add.bind(audit);
  audit.add = (entry) => (entry.action === 'memory-release' ? Promise.reject(new Error('disk full')) : add(entry));
  const ticket = backend.ticketOf(call.sfuRoomName);
  expect((await backend.claim(call.sfuRoomName, ticket)).status).toBe(500);
  audit.add = add;
  // The ticket is still good.
  expect((await backend.claim(call.sfuRoomName, ticket)).body).toMatchObject({ memory: { record: RECORD } });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSfuRoomName } from '@oracle-calls/protocol';
import { API_PREFIX } from '@oracle-calls/protocol/http';
import {
  AGENT_KEY,
  ALICE,
  expectProblem,
  FOREIGN_AGENT_KEY,
  TestBackend,
  type RequestOptions,
} from './test-backend.ts';

/* Where the architecture writes one thing in two ways, or leaves a form open, each is accepted. */

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

const prefixes = ['', API_PREFIX];

test.each(prefixes.flatMap((prefix) => ['GET', 'POST'].map((method) => [method, prefix])))(
  '%s %s/calls/:callId/key gives the key, with the id as it is or percent-encoded, and with any body',
  async (method, prefix) => {
    const { callId } = await backend.placeCall();
    for (const id of [callId, encodeURIComponent(callId)]) {
      const path = `${prefix}/calls/${id}/key`;
      const withBody: RequestOptions = method === 'POST' ? { json: { callId } } : {};
      for (const options of [{}, withBody]) {
        const answer = await backend.request(method, path, { ...options, token: AGENT_KEY });
        expect(answer.status).toBe(200);
        expect(Object.keys(answer.body as object).toSorted()).toEqual(['encryptionKey', 'oracleDid', 'userDid']);
      }
    }
  },
);

test('an API key is accepted as a bearer and as X-Api-Key, whatever the case of the names', async () => {
  const { callId } = await backend.placeCall();
  const ask = (headers: Record<string, string>) => backend.request('GET', `/calls/${callId}/key`, { headers });
  for (const headers of [
    { authorization: `Bearer ${AGENT_KEY}` },
    { Authorization: `bearer ${AGENT_KEY}` },
    { 'X-API-Key': AGENT_KEY },
    { 'x-api-key': AGENT_KEY },
    { 'x-api-key': AGENT_KEY, authorization: `Bearer ${AGENT_KEY}` },
  ]) {
    expect((await ask(headers)).status).toBe(200);
  }
  const session = await backend.session(ALICE);
  for (const headers of [
    { 'x-api-key': 'wrong-but-long-enough-to-be-one' },
    { 'x-api-key': 'two words that are no key' },
    // A session token is no API key, and two credentials of two parties are none.
    { 'x-api-key': session },
    { 'x-api-key': AGENT_KEY, authorization: `Bearer ${session}` },
    { 'x-api-key': AGENT_KEY, authorization: `Bearer ${FOREIGN_AGENT_KEY}` },
    { 'x-api-key': 'wrong-but-long-enough-to-be-one', authorization: `Bearer ${AGENT_KEY}` },
  ]) {
    expectProblem(await ask(headers), 401, 'ERR_AUTH_INVALID');
  }
  expectProblem(await ask({}), 401, 'ERR_AUTH_MISSING');
});

test.each(prefixes)('POST %s/calls/:callId/sync takes both fields of its body, one, or none', async (prefix) => {
  const token = await backend.session(ALICE);
  const sessionId = '550e8400-e29b-41d4-a716-446655440000';
  for (const fields of [['callId', 'sessionId'], ['callId'], ['sessionId'], []]) {
    const { callId } = await backend.placeCall();
    const all: Record<string, string> = { callId, sessionId };
    const json = Object.fromEntries(fields.map((field) => [field, all[field]]));
    const answer = await backend.request('POST', `${prefix}/calls/${callId}/sync`, { token, json });
    expect(answer.body).toMatchObject({ callId, callStatus: 'active', sessionId });
  }
  const { callId } = await backend.placeCall();
  expect((await backend.request('POST', `${prefix}/calls/${callId}/sync`, { token })).status).toBe(200);
});

test.each(prefixes)('POST %s/calls/:callId/update and GET %s/calls answer', async (prefix) => {
  const token = await backend.session(ALICE);
  const call = await backend.placeCall();
  const end = await backend.request('POST', `${prefix}/calls/${call.callId}/update`, {
    token,
    json: { callStatus: 'ended' },
  });
  expect(end.body).toMatchObject({ callStatus: 'ended' });
  const list = await backend.request('GET', `${prefix}/calls`, { token });
  expect(list.body).toMatchObject({ calls: [{ callId: call.callId }] });
});

test("the event may use the diagram's names of fields, and carry its call id at once or by an edit", async () => {
  const sfuRoomName = createSfuRoomName();
  const { callType, callStatus, encryptionKey, ...rest } = backend.content(sfuRoomName);
  const spelled = { ...rest, type: callType, status: callStatus, encryptedKey: encryptionKey };
  const call = await backend.placeCall({ roomId: sfuRoomName }, { content: spelled });
  expect(await backend.statusOf(call)).toBe('pending');
  expect((await backend.key(call.callId)).body).toMatchObject({ encryptionKey });
});

test("the architecture's own example of content, `callEndedAt` while pending included, is a call", async () => {
  const call = await backend.placeCall({
    callType: 'video',
    roomId: 'lk-room-12345',
    callEndedAt: new Date(backend.clock.now()).toISOString(),
  });
  expect(call.callId).toMatch(/@lk-room-12345$/);
  expect(await backend.statusOf(call)).toBe('pending');
});

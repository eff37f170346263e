import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALL_EVENT_TYPE, createCallId, createSfuRoomName } from '@oracle-calls/protocol';
import { joinTokenResponseSchema } from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import { ACTIVE_ANSWER_DELAY_MS } from '../answers/answer-outbox.ts';
import { matrixRoomIdSchema } from '../auth/matrix-ids.ts';
import { ServedOracles } from '../oracles/served-oracles.ts';
import {
  AGENT_KEY,
  ALICE,
  expectProblem,
  FOREIGN_AGENT_KEY,
  ORACLE_DID,
  OTHER_ORACLE_DID,
  TestBackend,
  type PlacedCall,
} from './test-backend.ts';

const OTHER_ROOM = v.parse(matrixRoomIdSchema, '!alice-and-other:localhost');

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start({ secondOracle: {} });
});
afterEach(() => backend[Symbol.asyncDispose]());

/** A call to the second oracle, in Alice's room with it. */
async function placeOther(changes: Readonly<Record<string, unknown>> = {}): Promise<PlacedCall> {
  const sfuRoomName = createSfuRoomName();
  const content = backend.content(sfuRoomName, { oracleDid: OTHER_ORACLE_DID, ...changes });
  const event = backend.otherMatrix.put({ matrixRoomId: OTHER_ROOM, sender: ALICE, type: CALL_EVENT_TYPE, content });
  backend.otherMatrix.deliver(event);
  await backend.backend.settled();
  const roomName = v.parse(v.object({ roomId: v.string() }), content).roomId as typeof sfuRoomName;
  return {
    callId: createCallId(event.eventId, roomName),
    eventId: event.eventId,
    sfuRoomName: roomName,
    content,
    event,
  };
}

test('each oracle has its calls, its agents, its account and its answers', async () => {
  const [mine, other] = [await backend.placeCall(), await placeOther()];
  await backend.join(ALICE, mine.sfuRoomName);
  await backend.join(ALICE, other.sfuRoomName, OTHER_ORACLE_DID);
  expect(backend.sfu.rooms.get(mine.sfuRoomName)?.agentName).toBe('oracle');
  expect(backend.sfu.rooms.get(other.sfuRoomName)?.agentName).toBe('other-oracle');
  expect((await backend.claim(mine.sfuRoomName, backend.ticketOf(mine.sfuRoomName))).status).toBe(200);
  const otherTicket = backend.ticketOf(other.sfuRoomName);
  expect((await backend.claim(other.sfuRoomName, otherTicket, FOREIGN_AGENT_KEY)).status).toBe(200);
  expect((await backend.key(mine.callId)).body).toMatchObject({ oracleDid: ORACLE_DID });
  expect((await backend.key(other.callId, FOREIGN_AGENT_KEY)).body).toMatchObject({ oracleDid: OTHER_ORACLE_DID });
  expect((await backend.sync(mine)).status).toBe(200);
  expect((await backend.sync(other)).status).toBe(200);
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  const answers = [backend.matrix, backend.otherMatrix].map(({ sent }) => sent.map(({ content }) => content));
  expect(answers).toMatchObject([
    [{ callId: mine.callId, callStatus: 'active' }],
    [{ callId: other.callId, callStatus: 'active' }],
  ]);
});

test("an agent gets no key, no call and no end of another oracle's call", async () => {
  const other = await placeOther();
  await backend.join(ALICE, other.sfuRoomName, OTHER_ORACLE_DID);
  const ticket = backend.ticketOf(other.sfuRoomName);
  expectProblem(await backend.key(other.callId, AGENT_KEY), 403, 'ERR_AUTH_FORBIDDEN');
  expectProblem(await backend.claim(other.sfuRoomName, ticket, AGENT_KEY), 403, 'ERR_CALL_TICKET');
  const end = { callStatus: 'ended', endReason: 'agent-failed' };
  expectProblem(await backend.update(other, AGENT_KEY, end), 403, 'ERR_AUTH_FORBIDDEN');
  // The ticket is as good as before.
  expect((await backend.claim(other.sfuRoomName, ticket, FOREIGN_AGENT_KEY)).status).toBe(200);
});

test("an event in one oracle's room that names another oracle is refused, and its sender told", async () => {
  const wrong = await backend.placeCall({ oracleDid: OTHER_ORACLE_DID });
  expect(await backend.statusOf(wrong)).toBeUndefined();
  expectProblem(await backend.sync(wrong), 403, 'ERR_AUTH_FORBIDDEN');
  expect(backend.logged('call event refused')).toMatchObject([{ code: 'ERR_AUTH_FORBIDDEN' }]);
});

test('an edit that comes through another oracle’s account changes nothing', async () => {
  const call = await backend.placeCall();
  backend.otherMatrix.receive(
    backend.editOf(call, { callStatus: 'ended', callEndedAt: new Date(backend.clock.now()).toISOString() }),
  );
  await backend.backend.settled();
  expect(await backend.statusOf(call)).toBe('pending');
  await backend.edit(call, { callStatus: 'ended', callEndedAt: new Date(backend.clock.now()).toISOString() });
  expect(await backend.statusOf(call)).toBe('ended');
});

test('a room that was asked for in the name of one oracle never holds a call to another', async () => {
  const sfuRoomName = createSfuRoomName();
  expect((await backend.join(ALICE, sfuRoomName, ORACLE_DID)).status).toBe(200);
  expectProblem(await backend.join(ALICE, sfuRoomName, OTHER_ORACLE_DID), 409, 'ERR_CALL_REPLAYED');
  const other = await placeOther({ roomId: sfuRoomName });
  expect(await backend.statusOf(other)).toBeUndefined();
  expect(backend.logged('call event refused')).toMatchObject([{ code: 'ERR_CALL_REPLAYED' }]);
});

test("the room of a call to one oracle is not opened in another one's name", async () => {
  const mine = await backend.placeCall();
  expectProblem(await backend.join(ALICE, mine.sfuRoomName, OTHER_ORACLE_DID), 409, 'ERR_CALL_REPLAYED');
  expect(backend.sfu.log).toEqual([]);
  const answer = await backend.join(ALICE, mine.sfuRoomName);
  expect(v.parse(joinTokenResponseSchema, answer.body).identity).toMatch(/^u-/);
  expect(backend.sfu.rooms.get(mine.sfuRoomName)?.agentName).toBe('oracle');
});

test('one that is replaced is replaced by an agent of the same oracle', async () => {
  const other = await placeOther();
  const answer = await backend.join(ALICE, other.sfuRoomName, OTHER_ORACLE_DID);
  const { identity } = v.parse(joinTokenResponseSchema, answer.body);
  backend.sfu.rooms.get(other.sfuRoomName)?.participants.push({ identity, isAgent: false });
  await backend.claim(other.sfuRoomName, backend.ticketOf(other.sfuRoomName), FOREIGN_AGENT_KEY);
  const room = backend.sfu.rooms.get(other.sfuRoomName);
  if (room !== undefined) room.agentName = 'nobody yet';
  await backend.webhook({
    id: 'EV_left',
    event: 'participant_left',
    room: { name: other.sfuRoomName },
    participant: { identity: 'a-1', kind: 'AGENT' },
  });
  expect(backend.sfu.log).toContain(`dispatch ${other.sfuRoomName}`);
  expect(backend.sfu.rooms.get(other.sfuRoomName)?.agentName).toBe('other-oracle');
});

test('readiness is told for each oracle, and one that is away does not take the others down', async () => {
  const states = (first: string, second: string) => ({
    status: 'ready',
    oracles: [
      { oracleDid: ORACLE_DID, status: first },
      { oracleDid: OTHER_ORACLE_DID, status: second },
    ],
  });
  const ready = (query = '') => backend.request('GET', `/readyz${query}`);
  expect((await ready()).body).toEqual(states('ready', 'ready'));
  backend.otherMatrix.isHealthy = false;
  expect((await ready()).body).toEqual(states('ready', 'not-ready'));
  expect((await ready(`?oracleDid=${ORACLE_DID}`)).status).toBe(200);
  const away = await ready(`?oracleDid=${OTHER_ORACLE_DID}`);
  expectProblem(away, 503, 'ERR_UPSTREAM_BUSY');
  expect(away.body).toMatchObject({ issues: ['matrix'] });
  backend.matrix.isHealthy = false;
  expectProblem(await ready(), 503, 'ERR_UPSTREAM_BUSY');
  expectProblem(await ready('?oracleDid=did:ixo:nobody'), 404, 'ERR_PROTOCOL_NOT_FOUND');
});

test('whose server one oracle takes has no call to another', async () => {
  await backend[Symbol.asyncDispose]();
  backend = await TestBackend.start({
    secondOracle: { allowedServers: { 'elsewhere.example': 'http://127.0.0.1:1' } },
  });
  expectProblem(await backend.join(ALICE, createSfuRoomName(), OTHER_ORACLE_DID), 403, 'ERR_AUTH_HOMESERVER');
  expect((await backend.join(ALICE, createSfuRoomName(), ORACLE_DID)).status).toBe(200);
});

test('an oracle whose homeserver is away is not served yet, and what is due to it is sent when its account opens', async () => {
  const other = await placeOther();
  await backend.join(ALICE, other.sfuRoomName, OTHER_ORACLE_DID);
  backend.secondOpens = 'later';
  await backend.restart();
  expectProblem(await backend.join(ALICE, createSfuRoomName(), OTHER_ORACLE_DID), 503, 'ERR_UPSTREAM_BUSY');
  expectProblem(await backend.key(other.callId, FOREIGN_AGENT_KEY), 503, 'ERR_UPSTREAM_BUSY');
  expect((await backend.join(ALICE, createSfuRoomName())).status).toBe(200);
  expect((await backend.sync(other)).status).toBe(200);
  await backend.pass(ACTIVE_ANSWER_DELAY_MS);
  expect(backend.otherMatrix.sent).toEqual([]);
  await backend.openSecond();
  await backend.backend.settled();
  expect(backend.otherMatrix.sent).toMatchObject([{ content: { callId: other.callId, callStatus: 'active' } }]);
  expect((await backend.key(other.callId, FOREIGN_AGENT_KEY)).status).toBe(200);
});

test('no oracle, two of one DID, and opening one twice are mistakes of the caller', async () => {
  const oracle = { did: ORACLE_DID, agentName: 'oracle', allowedServers: {} };
  expect(() => new ServedOracles([])).toThrow(TypeError);
  expect(() => new ServedOracles([oracle, oracle])).toThrow(TypeError);
  await expect(backend.openSecond()).rejects.toThrow(TypeError);
});

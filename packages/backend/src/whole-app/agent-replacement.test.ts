import { afterEach, beforeEach, expect, test } from 'vitest';
import { AGENT_REPLACEMENTS_MAX } from '../sfu/agent-replacement.ts';
import { VANISH_MS } from '../sfu/presence-watch.ts';
import { ALICE, expectProblem, TestBackend, type PlacedCall } from './test-backend.ts';

let backend: TestBackend;
let call: PlacedCall;
let identity: string;
let firstTicket: string;
let webhookCount = 0;

beforeEach(async () => {
  backend = await TestBackend.start();
  call = await backend.placeCall();
  ({ identity } = await backend.joinBoth(ALICE, call.sfuRoomName));
  firstTicket = backend.ticketOf(call.sfuRoomName);
  await backend.claim(call.sfuRoomName, firstTicket);
  await backend.sync(call);
  await backend.backend.settled();
});
afterEach(() => backend[Symbol.asyncDispose]());

const FIRST_AGENT = 'agent-AJ_1';

async function tell(event: string, who: string, kind = 'STANDARD'): Promise<void> {
  webhookCount += 1;
  const room = { name: call.sfuRoomName };
  await backend.webhook({ id: `EV_R${String(webhookCount)}`, event, room, participant: { identity: who, kind } });
}

function remove(who: string): void {
  const participants = backend.sfu.rooms.get(call.sfuRoomName)?.participants ?? [];
  participants.splice(
    participants.findIndex((participant) => participant.identity === who),
    1,
  );
}

async function agentLeaves(who: string): Promise<void> {
  remove(who);
  await tell('participant_left', who, 'AGENT');
}

async function agentJoins(who: string): Promise<void> {
  backend.sfu.rooms.get(call.sfuRoomName)?.participants.push({ identity: who, isAgent: true });
  await tell('participant_joined', who, 'AGENT');
}

const dispatches = (): number => backend.sfu.log.filter((line) => line.startsWith('dispatch')).length;

test('an agent that vanishes from a live call is replaced at once, by one with a fresh ticket for the same call', async () => {
  await agentLeaves(FIRST_AGENT);
  expect(dispatches()).toBe(1);
  const ticket = backend.ticketOf(call.sfuRoomName);
  expect(ticket).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(ticket).not.toBe(firstTicket);
  expectProblem(await backend.claim(call.sfuRoomName, firstTicket), 403, 'ERR_CALL_TICKET');
  const claimed = await backend.claim(call.sfuRoomName, ticket);
  expect(claimed.body).toMatchObject({ callId: call.callId, userIdentity: identity });
  expectProblem(await backend.claim(call.sfuRoomName, ticket), 403, 'ERR_CALL_TICKET');
  expect((await backend.key(call.callId)).status).toBe(200);
  await agentJoins('agent-AJ_2');
  await backend.pass(VANISH_MS * 2);
  expect(await backend.statusOf(call)).toBe('active');
  expect(dispatches()).toBe(1);
});

test('a replacement that does not come ends the call in the usual time', async () => {
  await agentLeaves(FIRST_AGENT);
  await backend.pass(VANISH_MS - 1);
  expect(await backend.statusOf(call)).toBe('active');
  await backend.pass(1);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('an agent whose leaving is told twice is replaced once', async () => {
  await agentLeaves(FIRST_AGENT);
  await tell('participant_connection_aborted', FIRST_AGENT, 'AGENT');
  await tell('participant_left', FIRST_AGENT, 'AGENT');
  expect(dispatches()).toBe(1);
});

test('a call gets so many agents and no more', async () => {
  let agent = FIRST_AGENT;
  for (let turn = 2; turn <= AGENT_REPLACEMENTS_MAX + 3; turn += 1) {
    await agentLeaves(agent);
    agent = `agent-AJ_${String(turn)}`;
    await agentJoins(agent);
  }
  expect(dispatches()).toBe(AGENT_REPLACEMENTS_MAX);
  await backend.restart();
  await agentLeaves(agent);
  expect(dispatches()).toBe(AGENT_REPLACEMENTS_MAX);
  await backend.pass(VANISH_MS);
  expect(await backend.endReasonOf(call)).toBe('connection-lost');
});

test('nobody is called into a room without its user, until the user is back', async () => {
  remove(identity);
  await tell('participant_left', identity);
  await agentLeaves(FIRST_AGENT);
  expect(dispatches()).toBe(0);
  backend.sfu.rooms.get(call.sfuRoomName)?.participants.push({ identity, isAgent: false });
  await tell('participant_joined', identity);
  expect(dispatches()).toBe(1);
  // The one that was called is on its way.
  await tell('participant_joined', identity);
  expect(dispatches()).toBe(1);
});

test('an agent that reconnects under its identity is not replaced', async () => {
  await tell('participant_left', FIRST_AGENT, 'AGENT');
  await tell('participant_joined', FIRST_AGENT, 'AGENT');
  await backend.pass(VANISH_MS * 2);
  expect(dispatches()).toBe(0);
  expect(await backend.statusOf(call)).toBe('active');
});

test('an agent that the SFU still shows when it has left is replaced when the SFU has noticed', async () => {
  await tell('participant_left', FIRST_AGENT, 'AGENT');
  expect(dispatches()).toBe(0);
  remove(FIRST_AGENT);
  await backend.pass(2_000);
  expect(dispatches()).toBe(1);
});

test('an SFU that is away for a moment takes the dispatch when it is back', async () => {
  remove(FIRST_AGENT);
  backend.sfu.isDown = true;
  await tell('participant_left', FIRST_AGENT, 'AGENT');
  backend.sfu.isDown = false;
  await backend.pass(2_000);
  expect(dispatches()).toBe(1);
  expect(backend.logged('agent not replaced')).toMatchObject([{ code: 'ERR_UPSTREAM_SFU' }]);
});

test('an agent that vanished while the backend was down is replaced when it starts', async () => {
  await backend.kill();
  remove(FIRST_AGENT);
  await backend.open();
  expect(dispatches()).toBe(1);
});

test('the agent of a call that has ended is not replaced', async () => {
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  await tell('participant_left', FIRST_AGENT, 'AGENT');
  await backend.pass(VANISH_MS);
  expect(dispatches()).toBe(0);
});

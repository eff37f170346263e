import { createSfuRoomName, OracleCallError } from '@oracle-calls/protocol';
import { STANDBY_WAIT_MS } from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import { standbyResponseSchema } from '@oracle-calls/protocol/http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CLAIM_OVERDUE_MS } from '../standby/standby-desk.ts';
import {
  AGENT_KEY,
  ALICE,
  expectProblem,
  FOREIGN_AGENT_KEY,
  OTHER_ORACLE_DID,
  TestBackend,
  type ApiAnswer,
} from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

/** A worker that waits. Resolves once it does. */
async function standBy(load = 0, token = AGENT_KEY, signal?: AbortSignal): Promise<{ answer: Promise<ApiAnswer> }> {
  const timers = backend.clock.pendingTimers;
  const answer = backend.request('POST', '/agent/standby', {
    token,
    json: { load },
    ...(signal === undefined ? {} : { signal }),
  });
  await backend.untilWaiting(timers);
  return { answer };
}

const handed = (answer: ApiAnswer) => v.parse(standbyResponseSchema, answer.body).call;

test('a worker that waits is handed the call, whose ticket the SFU never sees', async () => {
  const { answer } = await standBy();
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const { ticket = '', roomId } = handed(await answer) ?? {};
  expect(roomId).toBe(call.sfuRoomName);
  expect(backend.sfu.rooms.get(call.sfuRoomName)?.agentTicket).toBeUndefined();
  expect((await backend.claim(call.sfuRoomName, ticket)).status).toBe(200);
  // Claimed: nobody is dispatched in its place.
  await backend.pass(CLAIM_OVERDUE_MS);
  expect(backend.sfu.log.filter((line) => line.startsWith('dispatch'))).toEqual([]);
});

test('a call that its worker does not claim is dispatched by the SFU, with the same ticket', async () => {
  const { answer } = await standBy();
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const ticket = handed(await answer)?.ticket;
  await backend.pass(CLAIM_OVERDUE_MS - 1);
  expect(backend.sfu.log).not.toContain(`dispatch ${call.sfuRoomName}`);
  await backend.pass(1);
  expect(backend.sfu.log).toContain(`dispatch ${call.sfuRoomName}`);
  expect(backend.ticketOf(call.sfuRoomName)).toBe(ticket);
});

test('a room that was closed meanwhile gets no agent', async () => {
  const { answer } = await standBy();
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await answer;
  await backend.update(call, await backend.session(ALICE), { callStatus: 'ended' });
  await backend.pass(CLAIM_OVERDUE_MS);
  expect(backend.sfu.log).not.toContain(`dispatch ${call.sfuRoomName}`);
});

test('a room that was opened anew with another ticket gets no agent with the old one', async () => {
  const { answer } = await standBy();
  const sfuRoomName = createSfuRoomName();
  const opened = vi.spyOn(backend.backend.store.sfuRooms, 'markOpened');
  opened.mockRejectedValueOnce(new OracleCallError('ERR_UPSTREAM_DATABASE'));
  expect((await backend.join(ALICE, sfuRoomName)).status).toBe(503);
  const ticket = handed(await answer)?.ticket;
  // Nobody waits any more: the SFU calls an agent to the new room.
  expect((await backend.join(ALICE, sfuRoomName)).status).toBe(200);
  expect(backend.ticketOf(sfuRoomName)).not.toBe(ticket);
  await backend.pass(CLAIM_OVERDUE_MS);
  expect(backend.sfu.log).not.toContain(`dispatch ${sfuRoomName}`);
});

test('a ticket that was used in the last moment is given to nobody else', async () => {
  const { answer } = await standBy();
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await answer;
  const { sfuRooms } = backend.backend.store;
  const room = await sfuRooms.find(call.sfuRoomName);
  expect(await sfuRooms.useTicket(call.sfuRoomName, room?.ticketSha256 ?? '', backend.clock.now())).toBe(true);
  await backend.pass(CLAIM_OVERDUE_MS);
  expect(backend.sfu.log).not.toContain(`dispatch ${call.sfuRoomName}`);
});

test('an SFU that fails then changes nothing else', async () => {
  const { answer } = await standBy();
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await answer;
  backend.sfu.isDown = true;
  await backend.pass(CLAIM_OVERDUE_MS);
  expect(backend.logged('agent not dispatched')).toMatchObject([{ code: 'ERR_UPSTREAM_SFU' }]);
});

test('without a worker that waits the SFU dispatches at once', async () => {
  const gone = new AbortController();
  const { answer } = await standBy(0, AGENT_KEY, gone.signal);
  gone.abort(new Error('the worker stops'));
  await answer.catch(() => undefined);
  await backend.clock.settle();
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  expect(backend.ticketOf(sfuRoomName)).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('a worker that goes while its room is being made is noticed: the SFU dispatches', async () => {
  const made = Promise.withResolvers<void>();
  backend.sfu.holdCreation = made.promise;
  const gone = new AbortController();
  const { answer } = await standBy(0, AGENT_KEY, gone.signal);
  const sfuRoomName = createSfuRoomName();
  const joining = backend.join(ALICE, sfuRoomName);
  await expect.poll(() => backend.sfu.log).toContain(`create ${sfuRoomName}`);
  gone.abort(new Error('the worker stops'));
  await answer.catch(() => undefined);
  await backend.clock.settle();
  made.resolve();
  expect((await joining).status).toBe(200);
  expect(backend.sfu.log).toContain(`dispatch ${sfuRoomName}`);
});

test('a worker whose room could not be made waits on', async () => {
  const { answer } = await standBy();
  backend.sfu.isDown = true;
  expect((await backend.join(ALICE, createSfuRoomName())).status).toBe(502);
  backend.sfu.isDown = false;
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  expect(handed(await answer)?.roomId).toBe(sfuRoomName);
});

test('the least busy worker gets the call, of equal ones the one that waits longest', async () => {
  const busy = await standBy(0.5);
  const first = await standBy(0.25);
  const second = await standBy(0.25);
  const rooms = [createSfuRoomName(), createSfuRoomName(), createSfuRoomName()] as const;
  for (const sfuRoomName of rooms) await backend.join(ALICE, sfuRoomName);
  const answers = await Promise.all([first.answer, second.answer, busy.answer]);
  expect(answers.map((answer) => handed(answer)?.roomId)).toEqual(rooms);
});

test("another oracle's worker is handed nothing", async () => {
  const { answer } = await standBy(0, FOREIGN_AGENT_KEY);
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName);
  expect(backend.ticketOf(sfuRoomName)).not.toBe('');
  await backend.pass(STANDBY_WAIT_MS);
  expect((await answer).body).toEqual({});
});

test("a second oracle's call goes to its own worker, and to its own agents when that one does not come", async () => {
  await backend[Symbol.asyncDispose]();
  backend = await TestBackend.start({ secondOracle: {} });
  const [first, second] = [await standBy(0, AGENT_KEY), await standBy(0.9, FOREIGN_AGENT_KEY)];
  const sfuRoomName = createSfuRoomName();
  await backend.join(ALICE, sfuRoomName, OTHER_ORACLE_DID);
  expect(handed(await second.answer)?.roomId).toBe(sfuRoomName);
  await backend.pass(CLAIM_OVERDUE_MS);
  expect(backend.sfu.rooms.get(sfuRoomName)?.agentName).toBe('other-oracle');
  await backend.join(ALICE, createSfuRoomName());
  expect(handed(await first.answer)).toBeDefined();
});

test('who waits is let go when the backend drains, and nobody waits from then on', async () => {
  const { answer } = await standBy();
  expect(await backend.backend.drain({ maxMs: 1_000, signal: AbortSignal.abort() })).toBe('given-up');
  expectProblem(await answer, 503, 'ERR_UPSTREAM_DRAINING');
  const late = await backend.request('POST', '/agent/standby', { token: AGENT_KEY, json: { load: 0 } });
  expectProblem(late, 503, 'ERR_UPSTREAM_DRAINING');
});

test('a call whose room is being made when the backend begins to drain is dispatched, and not handed over', async () => {
  const made = Promise.withResolvers<void>();
  backend.sfu.holdCreation = made.promise;
  const { answer } = await standBy();
  const sfuRoomName = createSfuRoomName();
  const joining = backend.join(ALICE, sfuRoomName);
  await expect.poll(() => backend.sfu.log).toContain(`create ${sfuRoomName}`);
  await backend.backend.drain({ maxMs: 1_000, signal: AbortSignal.abort() });
  expectProblem(await answer, 503, 'ERR_UPSTREAM_DRAINING');
  made.resolve();
  expect((await joining).status).toBe(200);
  expect(backend.sfu.log).toContain(`dispatch ${sfuRoomName}`);
  expect(backend.sfu.rooms.get(sfuRoomName)?.agentName).toBe('oracle');
});

test('a user is no worker', async () => {
  const token = await backend.session(ALICE);
  const answer = await backend.request('POST', '/agent/standby', { token, json: { load: 0 } });
  expect(answer).toMatchObject({ status: 403, body: { code: 'ERR_AUTH_FORBIDDEN' } });
});

test('who waits is let go when the backend closes', async () => {
  const { answer } = await standBy();
  await backend.kill();
  expect((await answer).status).toBe(503);
});

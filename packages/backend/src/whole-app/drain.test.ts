import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSfuRoomName } from '@oracle-calls/protocol';
import type { DrainOutcome } from '../drain/drain.ts';
import { AGENT_KEY, ALICE, expectMatrixError, expectProblem, MALLORY, TestBackend } from './test-backend.ts';

const MINUTE_MS = 60_000;

let backend: TestBackend;
let giveUp: AbortController;
beforeEach(async () => {
  backend = await TestBackend.start();
  giveUp = new AbortController();
});
afterEach(() => backend[Symbol.asyncDispose]());

const drain = (maxMs = MINUTE_MS): Promise<DrainOutcome> => backend.backend.drain({ maxMs, signal: giveUp.signal });

/** Lets the drain look again until it is done. */
async function finished(draining: Promise<DrainOutcome>): Promise<DrainOutcome> {
  let outcome: DrainOutcome | undefined;
  void draining.then((value) => (outcome = value));
  for (let turn = 0; turn < 100 && outcome === undefined; turn += 1) await backend.clock.advance(250);
  if (outcome === undefined) throw new Error('The drain does not end.');
  return outcome;
}

test('nothing in progress: a drain is over at once', async () => {
  expect(await drain()).toBe('empty');
});

test('a call in progress keeps the backend, and everything it needs is served until it ends', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const draining = drain();
  await backend.clock.settle();
  const ready = await backend.request('GET', '/readyz');
  expectProblem(ready, 503, 'ERR_UPSTREAM_BUSY');
  expect(ready.body).toMatchObject({ issues: ['draining'] });
  expect((await backend.request('GET', '/healthz')).status).toBe(200);

  // Whoever is in the call comes back in; its agent claims it and gets the key; the user syncs.
  expect((await backend.join(ALICE, call.sfuRoomName)).status).toBe(200);
  expect((await backend.claim(call.sfuRoomName, backend.ticketOf(call.sfuRoomName))).status).toBe(200);
  expect((await backend.key(call.callId)).status).toBe(200);
  expect((await backend.sync(call)).status).toBe(200);
  expect((await backend.webhook({ id: 'EV_1', event: 'room_started' })).status).toBe(204);
  expect((await backend.update(call, AGENT_KEY, { callStatus: 'ended', endReason: 'completed' })).status).toBe(200);

  expect(await finished(draining)).toBe('empty');
  const statuses = backend.matrix.sent.map(({ content }) => (content as { callStatus?: string }).callStatus);
  expect(statuses).toEqual(['active', 'ended']);
});

test('a new call is refused with an error that says when to come again', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  const draining = drain();
  await backend.clock.settle();
  const refused = await backend.join(MALLORY, createSfuRoomName());
  expectProblem(refused, 503, 'ERR_UPSTREAM_DRAINING');
  expect(refused.body).toMatchObject({ retryable: true });
  expect(refused.headers.get('retry-after')).toBe('2');
  const asMatrix = await backend.request('POST', '/sfu/get', {
    json: {
      room: createSfuRoomName(),
      openid_token: { access_token: backend.openIdTokenOf(MALLORY), matrix_server_name: 'localhost' },
    },
  });
  expectMatrixError(asMatrix, 503, 'M_UNKNOWN', 'ERR_UPSTREAM_DRAINING');
  expect(asMatrix.body).toMatchObject({ retry_after_ms: 2_000 });
  giveUp.abort();
  expect(await finished(draining)).toBe('given-up');
});

test('a call that does not end is left to go on when time is over', async () => {
  const call = await backend.placeCall();
  await backend.joinBoth(ALICE, call.sfuRoomName);
  await backend.sync(call);
  const draining = drain(1_000);
  await backend.clock.settle();
  expect(await finished(draining)).toBe('time-over');
  expect(await backend.statusOf(call)).toBe('active');
  await backend.restart();
  expect(await backend.statusOf(call)).toBe('active');
  expect((await backend.join(MALLORY, createSfuRoomName())).status).toBe(200);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { callIdParts } from '@oracle-calls/protocol';
import type { CallsResponse } from '@oracle-calls/protocol/http';
import { ALICE, expectProblem, MALLORY, MALLORY_ROOM, TestBackend, type PlacedCall } from './test-backend.ts';

let backend: TestBackend;
beforeEach(async () => {
  backend = await TestBackend.start();
});
afterEach(() => backend[Symbol.asyncDispose]());

async function list(query = '', user = ALICE): Promise<CallsResponse> {
  const answer = await backend.request('GET', `/calls${query}`, { token: await backend.session(user) });
  expect(answer.status).toBe(200);
  return answer.body as CallsResponse;
}

const ids = ({ calls }: CallsResponse): string[] => calls.map((call) => call.callId);

async function placeCalls(count: number, changes: object = {}): Promise<PlacedCall[]> {
  const calls: PlacedCall[] = [];
  for (let index = 0; index < count; index += 1) {
    // Two at each instant: the order must hold for equal times too.
    if (index % 2 === 0) await backend.clock.advance(1_000);
    calls.push(await backend.placeCall({ ...changes }));
  }
  return calls;
}

test('GET /calls lists the caller’s own calls, newest first', async () => {
  const calls = await placeCalls(3);
  await backend.placeCall({}, { sender: MALLORY, matrixRoomId: MALLORY_ROOM });
  expect(ids(await list())).toEqual(calls.map((call) => call.callId).toReversed());
  expect(await list('', MALLORY)).toMatchObject({ calls: [{ callStatus: 'pending' }] });
});

test('a user without calls has an empty list', async () => {
  expect(await list()).toEqual({ calls: [] });
});

test('pages follow each other without gap or repetition, while new calls come', async () => {
  const calls = await placeCalls(7);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(`?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`);
    seen.push(...ids(page));
    cursor = page.nextCursor;
    await placeCalls(1);
  } while (cursor !== undefined);
  expect(seen).toEqual(calls.map((call) => call.callId).toReversed());
});

test('a full last page has no cursor', async () => {
  await placeCalls(2);
  expect((await list('?limit=2')).nextCursor).toBeUndefined();
  expect((await list('?limit=1')).nextCursor).toBeDefined();
});

test('calls are filtered by session and status', async () => {
  const [first] = await placeCalls(1, { sessionId: 'session-1' });
  const [second] = await placeCalls(1, { sessionId: 'session-2' });
  if (first === undefined || second === undefined) throw new Error('No calls.');
  await backend.sync(first);
  expect(ids(await list('?sessionId=session-1'))).toEqual([first.callId]);
  expect(ids(await list('?status=pending'))).toEqual([second.callId]);
  expect(ids(await list('?status=active&sessionId=session-2'))).toEqual([]);
  await backend.update(first, await backend.session(ALICE), { callStatus: 'ended' });
  expect(await list('?status=ended')).toMatchObject({ calls: [{ callId: first.callId, endReason: 'hangup' }] });
});

test('calls are searched by type, oracle, time and text', async () => {
  const [first] = await placeCalls(1, { sessionId: 'Holiday', callType: 'video' });
  const [second] = await placeCalls(1, { sessionId: 'work', language: 'de' });
  if (first === undefined || second === undefined) throw new Error('No calls.');
  const secondAt = String(second.content['callStartedAt']);
  expect(ids(await list('?search=hOLI'))).toEqual([first.callId]);
  expect(ids(await list('?callType=video'))).toEqual([first.callId]);
  expect(ids(await list(`?since=${secondAt}`))).toEqual([second.callId]);
  expect(ids(await list(`?until=${secondAt}&oracleDid=did:ixo:oracle456`))).toEqual([first.callId]);
  expect(ids(await list('?oracleDid=did:ixo:another'))).toEqual([]);
  expect(ids(await list(`?search=${encodeURIComponent(callIdParts(first.callId).eventId)}`))).toEqual([first.callId]);
  expect(ids(await list('?search=%25'))).toEqual([]);
  expect(ids(await list('?search=holi', MALLORY))).toEqual([]);
});

test.each([
  ['a search for nothing', '?search='],
  ['a search that is too long', `?search=${'a'.repeat(101)}`],
  ['a search with a control character', '?search=%00'],
  ['an instant that is none', '?since=yesterday'],
  ['an oracle that is none', '?oracleDid=oracle'],
  ['an unknown type', '?callType=fax'],
  ['an unknown status', '?status=over'],
  ['a limit of nothing', '?limit=0'],
  ['a limit over the limit', '?limit=101'],
  ['a limit that is no number', '?limit=ten'],
  ['a cursor that we did not give', '?cursor=aGVsbG8'],
  ['a cursor with odd characters', "?cursor='%20or%201=1"],
  ['two cursors', '?cursor=MS4x&cursor=MS4y'],
  ['an odd session', '?sessionId=%3Cscript%3E'],
])('%s is malformed', async (_words, query) => {
  const answer = await backend.request('GET', `/calls${query}`, { token: await backend.session(ALICE) });
  expectProblem(answer, 400, 'ERR_PROTOCOL_MALFORMED');
});

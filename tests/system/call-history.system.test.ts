import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMatrixUserId, type MatrixUserId } from '@oracle-calls/matrix';
import { waitForKeyUpload } from '@oracle-calls/matrix/cross-signing';
import { releaseMedia } from '@oracle-calls/node-media/sdk';
import { callIdParts, parseWith, type CallId } from '@oracle-calls/protocol';
import type { Transcript } from '@oracle-calls/sdk';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { ensureToolchain } from '../../dev/toolchain/toolchain.ts';
import { openPerson, type NodePerson } from './history/node-person.ts';

/** A word that nobody says by chance. */
const WORD = `marmalade-${randomUUID().slice(0, 8)}`;
const CALL_MAX_MS = 60_000;
const MEGOLM = 'm.room.encrypted';

let stack: Stack;
let stateDir: string;
const log: string[] = [];

beforeAll(async () => {
  await ensureToolchain({ chromium: false });
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-history-'));
  stack = await startStack({
    stateDir,
    preferredPorts: 'any',
    web: false,
    log: (part, line) => void log.push(`${part} | ${line}`),
  });
  await stack.agentWarm(AbortSignal.timeout(90_000));
}, 240_000);

afterAll(async () => {
  await releaseMedia();
  await stack?.close();
  await rm(stateDir, { recursive: true, force: true });
});

/** A call in which the person writes something and the oracle answers aloud. */
async function talk({ calls }: NodePerson, sessionId: string, keepsTranscript: boolean): Promise<CallId> {
  const call = calls.callOracle({ type: 'audio', sessionId, keepsTranscript });
  const listening = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const kept = Promise.withResolvers<string>();
  let hasAsked = false;
  using _listening = call.observe((notice) => {
    if (notice.kind === 'caption' && notice.speaker === 'oracle' && notice.isFinal && hasAsked) answered.resolve();
    if (notice.kind === 'oracleState' && notice.state === 'listening') listening.resolve();
    if (notice.kind === 'transcript') kept.resolve(notice.state);
  });
  await call.whenLive();
  await listening.promise;
  hasAsked = true;
  await call.sendChat(`What is ${WORD}?`);
  await answered.promise;
  await call.endCall();
  if (keepsTranscript) expect(await kept.promise).toBe('kept');
  const { callId } = call;
  if (callId === undefined) throw new Error('a call without an id');
  return callId;
}

const eventsSchema = v.object({ chunk: v.array(v.looseObject({ type: v.string(), event_id: v.string() })) });

/** Every event of the room as the homeserver holds it, and as it gives it to whoever asks. */
async function heldBy({ login }: NodePerson, room: string): Promise<v.InferOutput<typeof eventsSchema>['chunk']> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages?dir=b&limit=500`;
  const response = await fetch(stack.homeserverUrl + path, {
    headers: { authorization: `Bearer ${login.accessToken}` },
  });
  return parseWith(eventsSchema, await response.json()).chunk;
}

async function signOut({ login }: NodePerson): Promise<void> {
  const response = await fetch(`${stack.homeserverUrl}/_matrix/client/v3/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${login.accessToken}` },
    body: '{}',
  });
  expect(response.status).toBe(200);
}

test(
  'a transcript is kept, read on a new device once the first has signed out, readable by nobody else, and deleted',
  { timeout: 5 * CALL_MAX_MS },
  async () => {
    const oracleDid = stack.oracleDid;
    let callId: CallId;
    let said: Transcript | undefined;
    let room: string;
    {
      await using first = await openPerson(stack, stack.users.alice);
      callId = await talk(first, 'garden-one', true);
      const unkept = await talk(first, 'garden-two', false);
      await talk(first, 'cellar', false);
      said = await first.calls.history.transcript({ oracleDid, callId });
      expect(said, log.slice(-40).join('\n')).toMatchObject({ callId, isComplete: true });
      expect(said?.lines.map(({ text }) => text)).toContain(`What is ${WORD}?`);
      expect(said?.lines.some(({ speaker }) => speaker === 'oracle')).toBe(true);
      // Without consent nothing is kept.
      await expect(first.calls.history.transcript({ oracleDid, callId: unkept })).resolves.toBeUndefined();

      const records = await first.matrix.ownRecords();
      const own = await records.fetch(oracleOf(first), callIdParts(callId).eventId);
      room = own[0]?.matrixRoomId ?? '';
      // What the oracle's account decrypts of it as well, being in the room.
      const opened = own.filter(({ type }) => type === 'm.ixo.oracles_call.transcript');
      expect(opened.map(({ content }) => Object.keys(Object(content)).toSorted())).toEqual([
        ['callId', 'm.relates_to', 'part', 'sealed', 'v'],
      ]);
      expect(JSON.stringify(opened)).not.toContain(WORD);
      const held = await heldBy(first, room);
      expect(held.filter(({ type }) => type === MEGOLM).length).toBeGreaterThan(5);
      expect(JSON.stringify(held)).not.toContain(WORD);
      expect(JSON.stringify(held)).not.toContain('m.ixo.oracles_call.transcript');
      await expect(waitForKeyUpload(first.client)).resolves.toEqual({ state: 'uploaded' });
      await signOut(first);
    }

    await using second = await openPerson(stack, stack.users.alice);
    const { history } = second.calls;
    await expect(history.transcript({ oracleDid, callId })).resolves.toEqual(said);

    // The history of the account is at the oracle's backend: paged, and searched.
    const found = await history.list({ oracleDid, search: 'garden', limit: 1 });
    expect(found.calls.map(({ sessionId }) => sessionId)).toEqual(['garden-two']);
    const next = await history.list({ oracleDid, search: 'garden', limit: 1, cursor: found.nextCursor });
    expect(next.calls).toMatchObject([{ sessionId: 'garden-one', callId, status: 'ended', type: 'audio' }]);
    expect(next.nextCursor).toBeUndefined();
    await expect(history.list({ oracleDid, search: WORD })).resolves.toMatchObject({ calls: [] });
    const startedAt = next.calls[0]?.startedAt ?? 0;
    expect(next.calls[0]?.endedAt).toBeGreaterThan(startedAt);

    await history.delete({ oracleDid, callId });
    await history.delete({ oracleDid, callId });
    await expect(history.transcript({ oracleDid, callId })).resolves.toBeUndefined();
    const left = await history.list({ oracleDid });
    expect(left.calls.map(({ sessionId }) => sessionId)).toEqual(['cellar', 'garden-two']);
    const { eventId } = callIdParts(callId);
    const emptied = (await heldBy(second, room)).find((event) => event.event_id === eventId);
    expect(emptied).toMatchObject({ content: {}, unsigned: { redacted_because: {} } });
  },
);

function oracleOf({ client }: NodePerson): MatrixUserId {
  const others = client.getRooms().flatMap((one) => one.getMembers().map(({ userId }) => userId));
  const oracle = others.find((userId) => userId !== client.getUserId());
  return parseMatrixUserId(oracle);
}

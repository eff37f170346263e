import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callIdParts, parseCallId, parseWith, problemSchema, type CallId } from '@oracle-calls/protocol';
import { buildOracleDidDocument, parseDid } from '@oracle-calls/protocol/did';
import { createOracleKeyPair } from '@oracle-calls/protocol/envelope';
import { callsResponseSchema, type CallRecord } from '@oracle-calls/protocol/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageEars } from '../../dev/caller/page-ears.ts';
import type { ScriptedCaller } from '../../dev/caller/scripted-caller.ts';
import { askSfu } from '../../dev/demo/sfu-statement.ts';
import { until } from './agent/until.ts';
import { agentLines, agentProcess, agentsIn, attempts } from './call-agents.ts';
import { exchange, openIdToken, personAuthorization } from './matrix-person.ts';
import { agentAuthorization } from './open-call-key.ts';
import { StackScene } from './stack-scene.ts';

let scene: StackScene;

beforeAll(async () => {
  scene = await StackScene.open();
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

async function problemOf(response: Response): Promise<{ status: number; code: string; type: string }> {
  const { code, type } = parseWith(problemSchema, await response.json());
  return { status: response.status, code, type };
}

async function calls(authorization: string, query = ''): Promise<readonly CallRecord[]> {
  const response = await fetch(`${scene.stack.backendUrl}/calls${query}`, { headers: { authorization } });
  return parseWith(callsResponseSchema, await response.json()).calls;
}

async function liveCall(caller: ScriptedCaller, type: 'audio' | 'video' = 'audio'): Promise<CallId> {
  await caller.call(type);
  await caller.untilAudible();
  const { callId } = await caller.snapshot();
  return parseCallId(callId);
}

/** From the kill until another agent has proved itself to the user, in ms: what a caller may have to wait (`VANISHED_MS` of the SDK). */
const REPLACED_WITHIN_MS = 15_000;

const roomOf = (callId: CallId): string => callIdParts(callId).sfuRoomName;

/** Epoch milliseconds of the first sound that the page played since then. */
function audibleSince(caller: ScriptedCaller, sinceMs: number): Promise<number | undefined> {
  return caller.page.evaluate((since) => {
    const { firstMs } = (window as object as { pageEars: PageEars }).pageEars.audibleSince(since);
    return firstMs === undefined ? undefined : performance.timeOrigin + firstMs;
  }, sinceMs);
}

describe('the HTTP API on the real stack', () => {
  test('an OpenID token works once, and only with the homeserver that made it', async () => {
    const { stack } = scene;
    const token = await openIdToken(stack, stack.users.bob);
    expect((await exchange(stack, token)).status).toBe(200);
    expect(await problemOf(await exchange(stack, token))).toMatchObject({ status: 401, code: 'ERR_AUTH_INVALID' });
    const invented = { ...token, access_token: 'invented' };
    expect(await problemOf(await exchange(stack, invented))).toMatchObject({ status: 401, code: 'ERR_AUTH_INVALID' });
    const foreign = { access_token: 'never-seen', matrix_server_name: 'elsewhere.example' };
    expect(await problemOf(await exchange(stack, foreign))).toMatchObject({
      status: 403,
      code: 'ERR_AUTH_HOMESERVER',
    });
  });

  test("one person's call is nobody else's", { timeout: 120_000 }, async () => {
    const { stack } = scene;
    await using caller = await scene.caller('alice');
    const callId = await liveCall(caller);
    const [alice, bob, agent] = await Promise.all([
      personAuthorization(stack, stack.users.alice),
      personAuthorization(stack, stack.users.bob),
      agentAuthorization(stack),
    ]);
    const post = (path: string, authorization: string, body: object = {}): Promise<Response> =>
      fetch(`${stack.backendUrl}${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const own = await calls(alice);
    expect(own[0]).toMatchObject({ callId, callStatus: 'active' });
    expect((await calls(bob)).some((call) => call.callId === callId)).toBe(false);
    for (const prefix of ['', '/api']) {
      const path = `${prefix}/calls/${callId}`;
      expect(await problemOf(await post(`${path}/sync`, bob))).toMatchObject({
        status: 404,
        code: 'ERR_CALL_NOT_FOUND',
      });
      expect(await problemOf(await post(`${path}/update`, bob, { callStatus: 'ended' }))).toMatchObject({
        status: 404,
      });
      expect(await problemOf(await post(`${path}/key`, alice))).toMatchObject({
        status: 403,
        code: 'ERR_AUTH_FORBIDDEN',
      });
      expect((await post(`${path}/key`, agent)).status).toBe(200);
      const get = await fetch(`${stack.backendUrl}${path}/key`, { headers: { authorization: agent } });
      expect(Object.keys((await get.json()) as object).toSorted()).toEqual(['encryptionKey', 'oracleDid', 'userDid']);
      expect(await problemOf(await post(`${path}/update`, alice, { callStatus: 'pending' }))).toMatchObject({
        status: 409,
        code: 'ERR_CALL_TRANSITION',
      });
    }
    await caller.hangUp();
    expect(await scene.facts.waitFor('call ended', callId, 10_000)).toBeDefined();
    expect((await calls(alice, '?status=ended'))[0]).toMatchObject({ callId, endReason: 'hangup' });
    expect(await problemOf(await post(`/calls/${callId}/key`, agent))).toMatchObject({
      status: 410,
      code: 'ERR_CALL_ENDED',
    });
  });
});

describe('faults in the middle of a call', () => {
  test('a backend killed and started again has lost nothing', { timeout: 120_000 }, async () => {
    const { stack } = scene;
    await using caller = await scene.caller('alice');
    const callId = await liveCall(caller);
    await stack.restartBackend({ signal: 'SIGKILL' });
    const answer = await caller.ask(scene.question);
    expect((await scene.recognise(answer.samples)).length).toBeGreaterThan(0);
    await caller.hangUp();
    expect(await scene.facts.waitFor('call ended', callId, 15_000)).toMatchObject({ endReason: 'hangup' });
    const alice = await personAuthorization(stack, stack.users.alice);
    expect((await calls(alice))[0]).toMatchObject({ callId, callStatus: 'ended', endReason: 'hangup' });
  });

  test(
    'an agent that is killed is replaced in time: the same call, a higher attempt, heard again, encrypted',
    { timeout: 180_000 },
    async () => {
      await using caller = await scene.caller('alice');
      const callId = await liveCall(caller);
      await caller.untilOracleQuiet(0, 1_500, 20_000);
      const before = await agentsIn(scene, callId);
      const killedAt = await caller.now();
      process.kill(agentProcess(scene, callId), 'SIGKILL');

      await until(() => attempts(scene, callId).length === 2, 'a second attempt', REPLACED_WITHIN_MS);
      const [first, second] = attempts(scene, callId);
      expect(Number(second?.['attempt'])).toBeGreaterThan(Number(first?.['attempt']));
      await until(async () => (await audibleSince(caller, killedAt)) !== undefined, 'the second earcon', 15_000);
      // Nothing is heard of the dead one, or of anybody before the new one has proved itself.
      expect(await audibleSince(caller, killedAt)).toBeGreaterThanOrEqual(Date.parse(String(second?.['at'])));
      await until(() => agentLines(scene, 'call set up', callId).length === 2, 'the second conversation', 60_000);
      await caller.untilOracleQuiet(killedAt, 1_500, 20_000);
      const answer = await caller.ask(scene.question);
      expect((await scene.recognise(answer.samples)).length).toBeGreaterThan(0);
      const { tracks, encrypted } = await caller.statistics();
      expect(encrypted).toBe(true);
      expect(tracks.map(({ direction }) => direction).toSorted()).toEqual(['received', 'sent']);
      expect((await agentsIn(scene, callId)).filter((identity) => before.includes(identity))).toEqual([]);
      expect(await agentsIn(scene, callId)).toHaveLength(1);
      expect(await caller.snapshot()).toMatchObject({ state: 'live', callId, security: { padlock: 'encrypted' } });
      await caller.hangUp();
      expect(await scene.facts.waitFor('call ended', callId, 15_000)).toMatchObject({ endReason: 'hangup' });
      expect(scene.log.filter((line) => line.includes('agent replaced') && line.includes(callId))).toHaveLength(1);
    },
  );

  test('a closed tab ends the call as connection-lost', { timeout: 120_000 }, async () => {
    const caller = await scene.caller('alice');
    const callId = await liveCall(caller);
    await caller[Symbol.asyncDispose]();
    expect(await scene.facts.waitFor('call ended', callId, 40_000)).toMatchObject({ endReason: 'connection-lost' });
  });

  test(
    'a reloaded page offers to call again in the same session, and the old call ends as replaced',
    { timeout: 120_000 },
    async () => {
      const { stack } = scene;
      await using caller = await scene.caller('alice');
      const first = await liveCall(caller);
      await caller.page.reload();
      await caller.untilState(['ready'], 60_000);
      await caller.page.getByText('Reloading the page interrupted your call').waitFor({ timeout: 10_000 });
      await caller.call();
      await caller.untilAudible();
      const { callId } = await caller.snapshot();
      expect(await scene.facts.waitFor('call ended', first, 20_000)).toMatchObject({ endReason: 'replaced' });
      await caller.hangUp();
      const alice = await personAuthorization(stack, stack.users.alice);
      const [second, replaced] = await calls(alice);
      expect([second?.callId, replaced?.callId]).toEqual([callId, first]);
      expect(second?.sessionId).toBe(replaced?.sessionId);
    },
  );

  test('a video call publishes an encrypted camera as well', { timeout: 120_000 }, async () => {
    await using caller = await scene.caller('alice');
    const callId = await liveCall(caller, 'video');
    // The camera's first picture may come after the oracle's first sound; until then there is no evidence of its encryption.
    await expect.poll(async () => (await caller.statistics()).encrypted, { timeout: 15_000 }).toBe(true);
    const { tracks } = await caller.statistics();
    expect(tracks.map(({ direction, kind }) => `${direction} ${kind}`).toSorted()).toEqual([
      'received audio',
      // The oracle's own picture.
      'received video',
      'sent audio',
      'sent video',
    ]);
    expect(await askSfu(scene.stack.sfu, roomOf(callId))).toMatchObject({
      tracks: 4,
      encrypted: true,
    });
    await caller.hangUp();
  });
});

describe('calls that cannot be', () => {
  test(
    'an SFU that the page cannot reach: a clear error, an ended event, nothing left',
    { timeout: 120_000 },
    async () => {
      await using caller = await scene.caller('alice');
      await caller.page.routeWebSocket(/\/rtc/, (socket) => socket.close());
      await caller.clickCall();
      await caller.untilState(['error', 'ended'], 40_000);
      const { errorCode, endReason, callId } = await caller.snapshot();
      expect({ errorCode, endReason }).toEqual({ errorCode: 'ERR_MEDIA_CONNECT', endReason: 'media-failed' });
      expect(await scene.facts.waitFor('call ended', parseCallId(callId), 15_000)).toMatchObject({
        endReason: 'media-failed',
      });
    },
  );

  test(
    'an agent that is not there: the caller is told, and the next call works once it is',
    { timeout: 180_000 },
    async () => {
      const { stack } = scene;
      await stack.stopAgent();
      await using caller = await scene.caller('alice');
      await caller.clickCall();
      await caller.untilState(['error', 'ended'], 45_000);
      expect(await caller.snapshot()).toMatchObject({
        errorCode: 'ERR_MEDIA_ORACLE_ABSENT',
        endReason: 'oracle-absent',
      });
      await stack.startAgent();
      await liveCall(caller);
      await caller.hangUp();
    },
  );

  test(
    'a key that the oracle cannot open: 403 invalid-authentication, and the user is told',
    { timeout: 120_000 },
    async () => {
      const { stack } = scene;
      const path = join(stack.paths.didDocumentsDir, 'oracle.json');
      const honest = await readFile(path, 'utf8');
      const another = createOracleKeyPair();
      const document = buildOracleDidDocument({
        did: parseDid(stack.oracleDid),
        publicKey: another.publicKey,
        matrixUserId: stack.oracleUserId,
        backendUrl: stack.backendUrl,
      });
      await writeFile(path, JSON.stringify(document));
      try {
        await using caller = await scene.caller('alice');
        await caller.clickCall();
        await caller.untilState(['error', 'ended'], 45_000);
        const { callId, ...shown } = await caller.snapshot();
        expect(shown).toMatchObject({
          errorCode: 'ERR_AUTH_INVALID_AUTHENTICATION',
          endReason: 'invalid-authentication',
        });
        const response = await fetch(`${stack.backendUrl}/calls/${callId ?? ''}/key`, {
          headers: { authorization: await agentAuthorization(stack) },
        });
        const problem = await problemOf(response);
        expect(problem).toMatchObject({ status: 403, code: 'ERR_AUTH_INVALID_AUTHENTICATION' });
        expect(problem.type).toMatch(/invalid-authentication$/);
      } finally {
        await writeFile(path, honest);
      }
    },
  );
});

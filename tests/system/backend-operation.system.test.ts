/** One backend process, two oracles, a real homeserver and a real SFU; no agents: what they ask is asked here with their keys. */
import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Room, dispose } from '@livekit/rtc-node';
import { createMatrixPort, parseMatrixUserId, type MatrixPort } from '@oracle-calls/matrix';
import {
  CALL_EVENT_TYPE,
  createCallId,
  createSfuRoomName,
  systemClock,
  type CallId,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import type { MatrixClient } from 'matrix-js-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { dispatchOf } from './agent-dispatch.ts';
import { openIdToken, personAuthorization, signInClient } from './matrix-person.ts';
import { agentAuthorization } from './open-call-key.ts';

let stack: Stack;
let stateDir: string;
let matrix: MatrixPort;
let client: MatrixClient;
let alice: string;
const log: string[] = [];

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'oracle-calls-operation-'));
  stack = await startStack({
    stateDir,
    preferredPorts: 'any',
    agent: false,
    web: false,
    olderProtocol: 'allow',
    secondOracle: 'without-agents',
    drainSeconds: { backend: 60 },
    log: (part, line) => log.push(`${part} | ${line}`),
  });
  const signedIn = await signInClient(stack, stack.users.alice);
  ({ client } = signedIn);
  matrix = createMatrixPort(client);
  alice = await personAuthorization(stack, stack.users.alice, signedIn.login);
});
afterAll(async () => {
  client.stopClient();
  await stack.close();
  await dispose();
  await rm(stateDir, { recursive: true, force: true });
});

interface Oracle {
  readonly did: string;
  readonly userId: string;
  /** Of its agents, as a header value. */
  readonly authorization: string;
}

async function oracles(): Promise<{ first: Oracle; second: Oracle }> {
  const { second, oracleDid, oracleUserId } = stack;
  if (second === undefined) throw new Error('There is no second oracle.');
  const secondKey = (await readFile(second.identity.agentKeyFile, 'utf8')).trim();
  return {
    first: { did: oracleDid, userId: oracleUserId, authorization: await agentAuthorization(stack) },
    second: { did: second.did, userId: second.account.userId, authorization: `Bearer ${secondKey}` },
  };
}

async function post(path: string, authorization: string | undefined, body: object = {}): Promise<Response> {
  return await fetch(stack.backendUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: JSON.stringify(body),
  });
}
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { code: string }).code;

/** A call event of Alice's in her room with `inRoomOf`, naming `named`. */
async function place(inRoomOf: Oracle, sfuRoomName: SfuRoomName, named = inRoomOf): Promise<CallId> {
  const peer = parseMatrixUserId(inRoomOf.userId);
  const room = await matrix.findOrCreateRoom(peer);
  const content = {
    callType: 'audio',
    callStatus: 'pending',
    callStartedAt: new Date(systemClock.now()).toISOString(),
    encryptionKey: `04${Buffer.from(crypto.getRandomValues(new Uint8Array(96))).toString('hex')}`,
    sessionId: crypto.randomUUID(),
    roomId: sfuRoomName,
    userDid: 'did:ixo:alice',
    oracleDid: named.did,
  };
  const eventId = await matrix.sendEvent(room, CALL_EVENT_TYPE, content, { transactionId: crypto.randomUUID(), peer });
  return createCallId(eventId, sfuRoomName);
}

test('two oracles, each with its own account, agents and keys; nothing of one is to be had for the other', async () => {
  const { first, second } = await oracles();
  for (const [own, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const sfuRoomName = createSfuRoomName();
    const joined = await post('/join-token', alice, { roomId: sfuRoomName, oracleDid: own.did });
    expect(joined.status).toBe(200);
    const callId = await place(own, sfuRoomName);
    const { agentName, ticket } = await dispatchOf(stack.sfu, sfuRoomName);
    if (own === second) expect(agentName).toBe(stack.second?.agentName);
    else expect(agentName).not.toBe(stack.second?.agentName);

    const claim = { ticket, roomId: sfuRoomName };
    expect(await codeOf(await post('/agent/claim', other.authorization, claim))).toBe('ERR_CALL_TICKET');
    expect(await codeOf(await post(`/calls/${callId}/key`, other.authorization))).toBe('ERR_AUTH_FORBIDDEN');
    expect(await codeOf(await post('/join-token', alice, { roomId: sfuRoomName, oracleDid: other.did }))).toBe(
      'ERR_CALL_REPLAYED',
    );
    expect((await post('/agent/claim', own.authorization, claim)).status).toBe(200);
    expect(await (await post(`/calls/${callId}/key`, own.authorization)).json()).toMatchObject({ oracleDid: own.did });
    expect((await post(`/calls/${callId}/sync`, alice)).status).toBe(200);
    expect(
      (await post(`/calls/${callId}/update`, own.authorization, { callStatus: 'ended', endReason: 'completed' }))
        .status,
    ).toBe(200);
  }
  const misdirected = await place(first, createSfuRoomName(), second);
  expect(await codeOf(await post(`/calls/${misdirected}/sync`, alice))).toBe('ERR_AUTH_FORBIDDEN');
  const ready = (await (await fetch(`${stack.backendUrl}/readyz`)).json()) as { oracles: { status: string }[] };
  expect(ready.oracles.map(({ status }) => status)).toEqual(['ready', 'ready']);
});

test('a client that asks as MatrixRTC has it gets a token that the SFU lets in, under a name that says nothing', async () => {
  const { first } = await oracles();
  const sfuRoomName = createSfuRoomName();
  expect((await post('/join-token', alice, { roomId: sfuRoomName, oracleDid: first.did })).status).toBe(200);
  const callId = await place(first, sfuRoomName);
  expect((await post(`/calls/${callId}/sync`, alice)).status).toBe(200);
  const matrixRoomId = await matrix.findOrCreateRoom(parseMatrixUserId(first.userId));
  const ask = async (who: 'alice' | 'bob'): Promise<Response> =>
    await post('/sfu/get', undefined, {
      room: matrixRoomId,
      openid_token: await openIdToken(stack, stack.users[who]),
      device_id: client.getDeviceId(),
    });
  const { url, jwt } = (await (await ask('alice')).json()) as { url: string; jwt: string };
  const room = new Room();
  await room.connect(url, jwt, { autoSubscribe: false, dynacast: false });
  expect(room.name).toBe(sfuRoomName);
  expect(room.localParticipant?.identity).toMatch(/^u-[0-9a-f]{32}$/);
  await room.disconnect();

  const refused = await ask('bob');
  expect(refused.status).toBe(404);
  expect(await refused.json()).toMatchObject({ errcode: 'M_NOT_FOUND', code: 'ERR_CALL_NOT_FOUND' });
  await post(`/calls/${callId}/update`, alice, { callStatus: 'ended' });
});

test('told to stop in mid-call, the backend takes no new call, serves this one to its end, tells it in Matrix and goes', async () => {
  const { first } = await oracles();
  const sfuRoomName = createSfuRoomName();
  expect((await post('/join-token', alice, { roomId: sfuRoomName, oracleDid: first.did })).status).toBe(200);
  const callId = await place(first, sfuRoomName);
  expect((await post(`/calls/${callId}/sync`, alice)).status).toBe(200);
  const { backend } = stack.pids();
  process.kill(backend, 'SIGTERM');
  const ready = async (): Promise<number> => (await fetch(`${stack.backendUrl}/readyz`)).status;
  await expect.poll(ready, { timeout: 10_000 }).toBe(503);

  const late = await post('/join-token', alice, { roomId: createSfuRoomName(), oracleDid: first.did });
  expect(late.status).toBe(503);
  expect(late.headers.get('retry-after')).toBe('2');
  expect(await codeOf(late)).toBe('ERR_UPSTREAM_DRAINING');

  expect((await post('/join-token', alice, { roomId: sfuRoomName, oracleDid: first.did })).status).toBe(200);
  expect((await post(`/calls/${callId}/key`, first.authorization)).status).toBe(200);
  const end = { callStatus: 'ended', endReason: 'completed' };
  expect((await post(`/calls/${callId}/update`, first.authorization, end)).status).toBe(200);
  await expect(stack.failed).rejects.toMatchObject({ message: 'backend stopped by itself (exit code 0)' });
  const facts = log.join('\n');
  expect(facts).toMatch(/"answer sent".*"ended"/);
  expect(facts).toMatch(/"drained".*"empty"/);
});

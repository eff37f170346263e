/** One backend process, two oracles, a real homeserver and a real SFU; no agents: what they ask is asked here with their keys. */
import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Room, dispose } from '@livekit/rtc-node';
import { createMatrixPort, parseMatrixUserId, type MatrixPort } from '@oracle-calls/matrix';
import { ensureCrossSigning, RecoveryKeyHolder } from '@oracle-calls/matrix/cross-signing';
import { silenceGlobalSdkLogger } from '@oracle-calls/matrix/node';
import {
  BearerSecret,
  CALL_EVENT_TYPE,
  createCallId,
  createSfuRoomName,
  systemClock,
  type CallId,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import { AgentDispatchClient } from 'livekit-server-sdk';
import { createClient, type MatrixClient } from 'matrix-js-sdk';
import { ORACLE_FILE_NAMES } from 'oracle-calls/keygen';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStack, type Stack } from '../../dev/stack/stack.ts';
import { until } from './agent/until.ts';
import { logIn, openIdToken, personAuthorization } from './matrix-person.ts';

let stack: Stack;
let stateDir: string;
let matrix: MatrixPort;
let client: MatrixClient;
let alice: string;
const log: string[] = [];

beforeAll(async () => {
  silenceGlobalSdkLogger();
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
  const { accessToken, deviceId } = await logIn(stack, stack.users.alice);
  const holder = new RecoveryKeyHolder();
  client = createClient({
    baseUrl: stack.homeserverUrl,
    userId: stack.users.alice.userId,
    accessToken,
    deviceId,
    cryptoCallbacks: holder.cryptoCallbacks,
    disableVoip: true,
  });
  await client.initRustCrypto({ useIndexedDB: false });
  await client.startClient({ disablePresence: true });
  await until(() => client.isInitialSyncComplete(), 'the first sync', 30_000);
  const recoveryKey = new BearerSecret(stack.users.alice.recoveryKey, 'recovery key');
  expect((await ensureCrossSigning(client, { holder, recoveryKey })).state).toBe('ready');
  matrix = createMatrixPort(client);
  alice = await personAuthorization(stack, stack.users.alice);
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
  readonly apiKey: string;
}

async function oracles(): Promise<{ first: Oracle; second: Oracle }> {
  const { second, oracleDid, oracleUserId } = stack;
  if (second === undefined) throw new Error('There is no second oracle.');
  const keyIn = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim();
  return {
    first: {
      did: oracleDid,
      userId: oracleUserId,
      apiKey: await keyIn(join(stack.paths.oracleDir, ORACLE_FILE_NAMES.agentApiKeyFile)),
    },
    second: { did: second.did, userId: second.account.userId, apiKey: await keyIn(second.identity.agentKeyFile) },
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
const bearer = ({ apiKey }: Oracle): string => `Bearer ${apiKey}`;

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

/** What the SFU was told of a room's agent. */
async function dispatchIn(sfuRoomName: SfuRoomName): Promise<{ agentName: string; ticket: string }> {
  const { apiUrl, apiKey, apiSecret } = stack.sfu;
  const [dispatch] = await new AgentDispatchClient(apiUrl, apiKey, apiSecret).listDispatch(sfuRoomName);
  return { agentName: dispatch?.agentName ?? '', ticket: dispatch?.metadata ?? '' };
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
    const { agentName, ticket } = await dispatchIn(sfuRoomName);
    if (own === second) expect(agentName).toBe(stack.second?.agentName);
    else expect(agentName).not.toBe(stack.second?.agentName);

    const claim = { ticket, roomId: sfuRoomName };
    expect(await codeOf(await post('/agent/claim', bearer(other), claim))).toBe('ERR_CALL_TICKET');
    expect(await codeOf(await post(`/calls/${callId}/key`, bearer(other)))).toBe('ERR_AUTH_FORBIDDEN');
    expect(await codeOf(await post('/join-token', alice, { roomId: sfuRoomName, oracleDid: other.did }))).toBe(
      'ERR_CALL_REPLAYED',
    );
    expect((await post('/agent/claim', bearer(own), claim)).status).toBe(200);
    expect(await (await post(`/calls/${callId}/key`, bearer(own))).json()).toMatchObject({ oracleDid: own.did });
    expect((await post(`/calls/${callId}/sync`, alice)).status).toBe(200);
    expect(
      (await post(`/calls/${callId}/update`, bearer(own), { callStatus: 'ended', endReason: 'completed' })).status,
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
  expect((await post(`/calls/${callId}/key`, bearer(first))).status).toBe(200);
  const end = { callStatus: 'ended', endReason: 'completed' };
  expect((await post(`/calls/${callId}/update`, bearer(first), end)).status).toBe(200);
  await expect(stack.failed).rejects.toMatchObject({ message: 'backend stopped by itself (exit code 0)' });
  const facts = log.join('\n');
  expect(facts).toMatch(/"answer sent".*"ended"/);
  expect(facts).toMatch(/"drained".*"empty"/);
});

import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Room } from '@livekit/rtc-node';
import {
  createHttpApp,
  createLiveKitSfuControl,
  openBackend,
  openSqliteStore,
  serveHttp,
  VANISH_MS,
  type Backend,
} from '@oracle-calls/backend';
import { parseMatrixRoomId, parseMatrixUserId } from '@oracle-calls/matrix';
import {
  BearerSecret,
  CALL_EVENT_TYPE,
  createCallId,
  createJsonLogger,
  createSfuRoomName,
  parseDid,
  systemClock,
  type SfuRoomName,
} from '@oracle-calls/protocol';
import { FakeMatrixAccount } from '@oracle-calls/testing/matrix-account';
import { AccessToken, AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLiveKit, type LiveKit } from '../../dev/livekit/livekit.ts';
import type { KillableAgentInput } from './agent-replacement/killable-agent.ts';

const AGENT_MAIN = fileURLToPath(new URL('agent-replacement/killable-agent.ts', import.meta.url));
const ORACLE_DID = parseDid('did:ixo:oracle456');
const AGENT_IDENTITY = 'agent-AJ_first';
const ALICE = parseMatrixUserId('@alice:localhost');
const AGENT_KEY = `oca_${randomBytes(32).toString('base64url')}`;

let opened: AsyncDisposableStack;
let livekit: LiveKit;
let backend: Backend | undefined;
let baseUrl: string;
let matrix: FakeMatrixAccount;
let lines: string[];

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  lines = [];
  const directory = await mkdtemp(join(tmpdir(), 'oracle-calls-replacement-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const store = opened.use(await openSqliteStore(join(directory, 'calls.db')));
  const logger = createJsonLogger((line) => lines.push(line), systemClock);
  const app = createHttpApp({ getBackend: () => backend, corsOrigins: [], logger });
  const server = opened.use(await serveHttp(app, { host: '127.0.0.1', port: 0 }));
  baseUrl = `http://127.0.0.1:${String(server.port)}`;
  livekit = opened.use(await startLiveKit({ stateDir: directory, webhookUrls: [`${baseUrl}/livekit/webhook`] }));
  matrix = new FakeMatrixAccount(parseMatrixUserId('@oracle:localhost'), systemClock);
  backend = opened.use(
    await openBackend({
      options: {
        oracles: [{ did: ORACLE_DID, agentName: 'oracle', allowedServers: { localhost: 'http://127.0.0.1:1' } }],
        sfuUrl: livekit.url,
        agentKeys: [
          { id: 'agent', oracleDid: ORACLE_DID, sha256: createHash('sha256').update(AGENT_KEY).digest('hex') },
        ],
        olderProtocol: 'allow',
      },
      sfu: createLiveKitSfuControl({
        apiUrl: livekit.apiUrl,
        apiKey: livekit.apiKey,
        apiSecret: new BearerSecret(livekit.apiSecret, 'SFU secret'),
      }),
      store,
      logger,
    }),
  );
  await backend.openOracle(ORACLE_DID, matrix);
});
afterEach(async () => {
  backend = undefined;
  await opened.disposeAsync();
});

/** The tickets of every dispatch to a room, latest last. */
async function tickets(sfuRoomName: SfuRoomName): Promise<readonly string[]> {
  const dispatches = new AgentDispatchClient(livekit.apiUrl, livekit.apiKey, livekit.apiSecret);
  const listed = await dispatches.listDispatch(sfuRoomName);
  return listed
    .toSorted((one, other) => Number((one.state?.createdAt ?? 0n) - (other.state?.createdAt ?? 0n)))
    .map(({ metadata }) => metadata);
}

async function startAgent(sfuRoomName: SfuRoomName): Promise<ChildProcess> {
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity: AGENT_IDENTITY, ttl: 600 });
  token.kind = 'agent';
  token.addGrant({ roomJoin: true, room: sfuRoomName, agent: true });
  const child = spawn(process.execPath, [AGENT_MAIN], { stdio: ['pipe', 'pipe', 'inherit'] });
  opened.defer(() => void child.kill('SIGKILL'));
  const input: KillableAgentInput = { url: livekit.url, joinToken: await token.toJwt() };
  child.stdin.end(JSON.stringify(input));
  // The library prints lines of its own first.
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.split('\n').includes('joined')) break;
  }
  return child;
}

const claim = (ticket: string, roomId: SfuRoomName): Promise<Response> =>
  fetch(`${baseUrl}/agent/claim`, {
    method: 'POST',
    headers: { authorization: `Bearer ${AGENT_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ticket, roomId }),
  });

function placeCall(roomId: SfuRoomName): string {
  const { eventId } = matrix.receive({
    matrixRoomId: parseMatrixRoomId('!room:localhost'),
    sender: ALICE,
    type: CALL_EVENT_TYPE,
    content: {
      callType: 'audio',
      callStatus: 'pending',
      callStartedAt: new Date().toISOString(),
      encryptionKey: `04${randomBytes(96).toString('hex')}`,
      sessionId: 'session-1',
      roomId,
      userDid: 'did:ixo:user123',
      oracleDid: ORACLE_DID,
    },
  });
  return createCallId(eventId, roomId);
}

async function logged(message: string, withinMs: number): Promise<void> {
  const until = systemClock.now() + withinMs;
  while (!lines.some((line) => line.includes(`"msg":"${message}"`))) {
    if (systemClock.now() > until) throw new Error(`Not logged: ${message}. ${lines.join('')}`);
    await systemClock.sleep(50);
  }
}

/** LiveKit gives a participant without a goodbye this long, in milliseconds: measured 21 s, and nothing tells earlier. */
const LIVEKIT_NOTICES_MS = 30_000;

/** A call whose agent was killed in its room, without a goodbye. */
async function killedAgent(): Promise<{ callId: string; sfuRoomName: SfuRoomName; firstTicket: string }> {
  const sfuRoomName = createSfuRoomName();
  const callId = placeCall(sfuRoomName);
  if (backend === undefined) throw new Error('There is no backend.');
  const { url, joinToken } = await backend.join.join(ALICE, { roomId: sfuRoomName, oracleDid: ORACLE_DID });
  const user = new Room();
  await user.connect(url, joinToken, { autoSubscribe: false, dynacast: false });
  opened.defer(() => user.disconnect());
  const [firstTicket = ''] = await tickets(sfuRoomName);
  expect((await claim(firstTicket, sfuRoomName)).status).toBe(200);
  const agent = await startAgent(sfuRoomName);
  const exited = once(agent, 'exit');
  agent.kill('SIGKILL');
  await exited;
  expect(lines.join('')).not.toContain('agent replaced');
  return { callId, sfuRoomName, firstTicket };
}

async function expectFreshTicket(sfuRoomName: SfuRoomName, firstTicket: string, callId: string): Promise<void> {
  const [, secondTicket = ''] = await tickets(sfuRoomName);
  expect(secondTicket).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(secondTicket).not.toBe(firstTicket);
  expect((await claim(firstTicket, sfuRoomName)).status).toBe(403);
  const claimed = await claim(secondTicket, sfuRoomName);
  expect(claimed.status).toBe(200);
  expect(await claimed.json()).toMatchObject({ callId });
}

test('an agent that is killed and that its worker takes out of the room is replaced in time, by one whose ticket claims the call', async () => {
  const { callId, sfuRoomName, firstTicket } = await killedAgent();
  const rooms = new RoomServiceClient(livekit.apiUrl, livekit.apiKey, livekit.apiSecret);
  try {
    await rooms.removeParticipant(sfuRoomName, AGENT_IDENTITY);
  } catch (cause) {
    // LiveKit may have noticed by itself.
    if (!String(cause).includes('participant does not exist')) throw cause;
  }
  await logged('agent replaced', VANISH_MS);
  await expectFreshTicket(sfuRoomName, firstTicket, callId);
});

test('an agent that is killed with its worker is replaced as soon as LiveKit has noticed, and the call lives on', async () => {
  const { callId, sfuRoomName, firstTicket } = await killedAgent();
  await logged('agent replaced', LIVEKIT_NOTICES_MS);
  expect(lines.join('')).not.toContain('call ended');
  await expectFreshTicket(sfuRoomName, firstTicket, callId);
});

import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createHttpApp,
  createLiveKitSfuControl,
  openBackend,
  openSqliteStore,
  serveHttp,
  type RateLimitOptions,
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
  type Clock,
} from '@oracle-calls/protocol';
import { sessionResponseSchema } from '@oracle-calls/protocol/http';
import { FakeMatrixAccount } from '@oracle-calls/testing/matrix-account';
import { FakeSfuControl } from '@oracle-calls/testing/sfu-control';
import * as v from 'valibot';

/** A backend behind real HTTP, with fakes that never fail: whatever it answers with 5xx is its own doing. */
export interface FuzzedBackend extends AsyncDisposable {
  readonly baseUrl: string;
  readonly sessionToken: string;
  readonly agentKey: string;
  /** A live call of the user's. */
  readonly callId: string;
  /** What the backend logged as its own fault. */
  readonly faults: readonly string[];
}

const ORACLE_DID = parseDid('did:ixo:oracle456');
const ALICE = parseMatrixUserId('@alice:localhost');
const OPEN_ID_TOKEN = 'the-one-good-openid-token';

/** No call event ever comes for made-up ids: nobody needs to wait seconds for them. */
const WAIT_MAX_MS = 5;
const hastyClock: Clock = {
  ...systemClock,
  sleep: (ms, options) => systemClock.sleep(Math.min(ms, WAIT_MAX_MS), options),
};

const unlimited = { count: 100_000_000, seconds: 3_600 };
const RATE_LIMITS: RateLimitOptions = {
  address: unlimited,
  user: unlimited,
  agentKey: unlimited,
  failedAuthentication: unlimited,
  sessionExchange: unlimited,
  joinToken: unlimited,
  ring: unlimited,
};

async function startHomeserver(): Promise<{ readonly baseUrl: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const token = new URL(request.url ?? '/', 'http://homeserver').searchParams.get('access_token');
    const isGood = token === OPEN_ID_TOKEN;
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isGood ? { sub: ALICE } : { errcode: 'M_UNKNOWN_TOKEN' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The homeserver has no port.');
  return {
    baseUrl: `http://127.0.0.1:${String(address.port)}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createSfu(): FakeSfuControl {
  const sfu = new FakeSfuControl();
  const livekit = createLiveKitSfuControl({
    apiUrl: 'http://127.0.0.1:1',
    apiKey: 'key',
    apiSecret: new BearerSecret(randomBytes(32).toString('hex'), 'SFU secret'),
  });
  // Reading webhooks needs no server: the real code is fuzzed.
  sfu.receiveWebhook = (body, authorization) => livekit.receiveWebhook(body, authorization);
  return sfu;
}

async function openSession(baseUrl: string): Promise<string> {
  const response = await fetch(`${baseUrl}/auth/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ openIdToken: { access_token: OPEN_ID_TOKEN, matrix_server_name: 'localhost' } }),
  });
  return v.parse(sessionResponseSchema, await response.json()).sessionToken;
}

/** A call event of the user's, in the older form, whose envelope may be anything. */
function callEvent(sfuRoomName: string): object {
  return {
    callType: 'audio',
    callStatus: 'pending',
    callStartedAt: new Date().toISOString(),
    encryptionKey: `04${randomBytes(96).toString('hex')}`,
    sessionId: 'session-1',
    roomId: sfuRoomName,
    userDid: 'did:ixo:user123',
    oracleDid: ORACLE_DID,
  };
}

/** @param isBroken whether its list of calls fails: what a fuzzer must find */
export async function startFuzzedBackend({ isBroken = false } = {}): Promise<FuzzedBackend> {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'oracle-calls-fuzz-'));
  opened.defer(() => rm(directory, { recursive: true }));
  const homeserver = opened.use(await startHomeserver());
  const store = opened.use(await openSqliteStore(join(directory, 'calls.db')));
  const matrix = new FakeMatrixAccount(parseMatrixUserId('@oracle:localhost'), hastyClock);
  const agentKey = `oca_${randomBytes(32).toString('base64url')}`;
  const faults: string[] = [];
  const logger = createJsonLogger((line) => faults.push(line), systemClock, { level: 'error' });
  const backend = opened.use(
    await openBackend({
      options: {
        oracles: [{ did: ORACLE_DID, agentName: 'oracle', allowedServers: { localhost: homeserver.baseUrl } }],
        sfuUrl: 'ws://127.0.0.1:1',
        agentKeys: [
          { id: 'agent', oracleDid: ORACLE_DID, sha256: createHash('sha256').update(agentKey).digest('hex') },
        ],
        olderProtocol: 'allow',
      },
      sfu: createSfu(),
      store,
      clock: hastyClock,
      logger,
    }),
  );
  await backend.openOracle(ORACLE_DID, matrix);
  const app = createHttpApp({ getBackend: () => backend, corsOrigins: [], rateLimits: RATE_LIMITS, logger });
  const server = opened.use(await serveHttp(app, { host: '127.0.0.1', port: 0 }));
  const baseUrl = `http://127.0.0.1:${String(server.port)}`;
  const sfuRoomName = createSfuRoomName();
  const event = matrix.receive({
    matrixRoomId: parseMatrixRoomId('!room:localhost'),
    sender: ALICE,
    type: CALL_EVENT_TYPE,
    content: callEvent(sfuRoomName),
  });
  await backend.settled();
  const sessionToken = await openSession(baseUrl);
  if (isBroken) store.calls.list = () => Promise.reject(new Error('broken'));
  const disposer = opened.move();
  return {
    baseUrl,
    sessionToken,
    agentKey,
    callId: createCallId(event.eventId, sfuRoomName),
    faults,
    [Symbol.asyncDispose]: () => disposer.disposeAsync(),
  };
}
